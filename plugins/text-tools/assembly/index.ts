/** Functions over plain text in any language. */

export { word_count } from './word-count';
export { excerpt } from './excerpt';
export { quality_score } from './quality';
