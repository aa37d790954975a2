/** Functions over tables in delimited text. */

export {
  aggregate,
  aggregate_file_finish,
  aggregate_file_init,
  aggregate_file_step,
} from './aggregate';
export { parse } from './parse';
