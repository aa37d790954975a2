/** Inputs 0 to 4999 of the fuzzer's first seed. */
import { describeInputs } from './describe-inputs.ts';

describeInputs(0);
