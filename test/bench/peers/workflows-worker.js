/** A Cloudflare Workflow of trivial steps, and the routes that start one and wait for its end. */
import { WorkflowEntrypoint } from 'cloudflare:workers';

export class Bench extends WorkflowEntrypoint {
  async run({ payload: { work, count } }, step) {
    if (work === 'fan_out') {
      const steps = Array.from({ length: count }, (_, index) =>
        step.do(`step ${index}`, async () => index),
      );
      return (await Promise.all(steps)).length;
    }
    let value = 0;
    for (let index = 0; index < count; index += 1)
      value = await step.do(`step ${index}`, async () => value + 1);
    return value;
  }
}

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    const work = pathname.slice(1);
    if (work === 'bare') return new Response('ok');
    const count = Number(searchParams.get('count'));
    const instance = await env.BENCH.create({ params: { work, count } });
    for (;;) {
      const { status, output, error } = await instance.status();
      if (status === 'complete') return Response.json(output);
      if (status === 'errored' || status === 'terminated')
        return Response.json({ status, error }, { status: 500 });
      await scheduler.wait(1);
    }
  },
};
