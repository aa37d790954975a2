/** A Restate service of trivial steps: `restate-service.mjs PORT`. */
import { createServer } from 'node:http2';
import * as restate from '@restatedev/restate-sdk';

const bench = restate.service({
  name: 'bench',
  handlers: {
    async chain(context, count) {
      let value = 0;
      for (let index = 0; index < count; index += 1)
        value = await context.run(`step ${index}`, () => value + 1);
      return value;
    },
    async fan_out(context, count) {
      const steps = Array.from({ length: count }, (_, index) =>
        context.run(`step ${index}`, () => index),
      );
      return (await restate.RestatePromise.all(steps)).length;
    },
  },
});

const server = createServer(restate.createEndpointHandler({ services: [bench] }));
server.listen(Number(process.argv[2]), '127.0.0.1', () => process.stdout.write('ready\n'));
