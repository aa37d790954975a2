/** Inputs 10000 to 14999 of the fuzzer's first seed. */
import { describeInputs } from './describe-inputs.ts';

describeInputs(10000);
