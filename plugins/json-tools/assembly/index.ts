/** Functions that take JSON apart and put it together. */

export { group } from './group';
export { merge } from './merge';
export { pick } from './pick';
export { flatten, sum, unique } from './reduce';
export { validate } from './validate';
