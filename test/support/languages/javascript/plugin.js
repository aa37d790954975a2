/** What the modules of Extism's own corpus do, in JavaScript, with the names of Extism's kit. */
export function count_vowels() {
  const vowels = Config.get('vowels') ?? 'aeiouAEIOU';
  const count = [...Host.inputString()].filter((each) => vowels.includes(each)).length;
  Var.set('total', String(Number(Var.getString('total') ?? 0) + count));
  const total = Number(Var.getString('total'));
  Host.outputString(JSON.stringify({ count, total, vowels }));
  return 0;
}

export function hello() {
  Host.outputString('Hello, world!');
  return 0;
}

export function setting() {
  Host.outputString(`setting: ${Config.get(Host.inputString()) ?? ''}`);
  return 0;
}

export function fail() {
  throw new Error('Some error message');
}

export function log_all() {
  console.debug('this is a debug log');
  console.info('this is an info log');
  console.warn('this is a warn log');
  console.error('this is an error log');
  return 0;
}

export function variables() {
  const before = Var.getString('a') ?? '';
  Var.set('a', Host.inputString());
  const after = Var.getString('a');
  Var.delete('a');
  Host.outputString(`${before}<${after}>${Var.getString('a') ?? ''}`);
  return 0;
}

export function echo() {
  Host.outputBytes(Host.inputBytes());
  return 0;
}

export function http_get() {
  const { status, body } = Http.request(JSON.parse(Host.inputString()));
  Host.outputString(`${status} ${body}`);
  return 0;
}

export function loop_forever() {
  for (;;);
}
