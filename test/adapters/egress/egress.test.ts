/** The Egress adapter on Node's own `Headers`, `Response` and streams. */
import { describeEgress } from '../../contracts/egress.ts';
import { createFakeNet } from '../../support/fake-net.ts';

describeEgress('a fake network on Node', createFakeNet);
