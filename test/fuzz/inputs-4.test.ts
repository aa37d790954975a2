/** Inputs 15000 to 19999 of the fuzzer's first seed. */
import { describeInputs } from './describe-inputs.ts';

describeInputs(15000);
