/** Functions that take JSON apart and put it together. */

export { pick } from './pick';
export { merge } from './merge';
