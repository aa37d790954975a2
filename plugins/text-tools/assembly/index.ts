/** Functions over plain text in any language. */

export { excerpt } from './excerpt';
export { keywords } from './keywords';
export { quality_score } from './quality';
export { split_sentences } from './split-sentences';
export { summarize } from './summarize';
export { word_count } from './word-count';
export { word_total_finish, word_total_init, word_total_step } from './word-total';
