/** Reads the `curl` commands of a page, as far as our pages use it. */

export interface Command {
  readonly text: string;
  readonly url: string;
  readonly init: {
    method: string;
    headers: Headers;
    body?: string | Uint8Array<ArrayBuffer> | FormData;
  };
  readonly status: number;
}

type ReadFile = (name: string) => Uint8Array<ArrayBuffer>;

/** Every command of the `sh` blocks of a page; the comment at its end is the status to expect. */
export function commandsOf(
  page: string,
  variables: Record<string, string>,
  read: ReadFile,
): Command[] {
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
  return blocks
    .flatMap((block) => block.split('\n'))
    .filter((line) => line !== '')
    .map((line) => commandOf(line, variables, read));
}

function commandOf(line: string, variables: Record<string, string>, read: ReadFile): Command {
  const [, text = '', status] = /^(curl .*) # (\d{3})$/.exec(line) ?? [];
  if (status === undefined) throw new Error(`not a command with a status: ${line}`);
  const [, ...words] = wordsOf(text, variables);
  const init: Command['init'] = { method: 'GET', headers: new Headers() };
  const form = new FormData();
  let url = '';
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '-N') continue;
    if (!word.startsWith('-')) url = word;
    else applyOption(word, words.shift() ?? '', { init, form, read });
  }
  if ([...form.keys()].length > 0) init.body = form;
  return { text, url, init, status: Number(status) };
}

function applyOption(
  option: string,
  value: string,
  { init, form, read }: { init: Command['init']; form: FormData; read: ReadFile },
): void {
  if (option === '-X') init.method = value;
  else if (option === '-H') init.headers.append(...splitAt(value, ': '));
  else if (option === '--json') {
    init.body = value;
    init.headers.set('Content-Type', 'application/json');
  } else if (option === '--data-binary') init.body = read(value.replace(/^@/, ''));
  else if (option === '-F') {
    const [name, file] = splitAt(value, '=@');
    form.append(name, new Blob([read(file)]), file);
  } else throw new Error(`unknown option ${option}`);
}

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + separator.length)];
}

function wordsOf(text: string, variables: Record<string, string>): string[] {
  return [...text.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) =>
      single ??
      (double ?? bare ?? '').replaceAll(/\$([A-Z]+)/g, (_, name: string) => variables[name] ?? ''),
  );
}
