/** Inputs 5000 to 9999 of the fuzzer's first seed. */
import { describeInputs } from './describe-inputs.ts';

describeInputs(5000);
