/** `composer plugin new`: a folder with a plugin that works. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { EXIT, PlainError, UsageError } from '../io.ts';
import type { ExitCode, Io } from '../io.ts';
import { ENTRIES, LANGUAGES } from './languages.ts';
import type { Language } from './languages.ts';
import { isFolder } from './project.ts';

const TEMPLATES = join(import.meta.dirname, '../../plugins/templates');
/** Stands for the plugin's name in the templates. */
const PLACEHOLDER = 'my-plugin';
const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;

export function newPlugin(args: readonly string[], io: Io): ExitCode {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { lang: { type: 'string' } },
  });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) throw new UsageError('name one plugin');
  if (!NAME.test(name)) {
    throw new UsageError(`"${name}" is no name: small letters, digits and "-", 64 at most`);
  }
  const language = languageOf(values.lang);
  const folder = resolve(io.cwd, name);
  makeFolder(folder, name);
  cpSync(join(TEMPLATES, language), folder, { recursive: true });
  for (const file of ['plugin.yaml', 'README.md']) rename(join(folder, file), name);
  const entry = join(name, ENTRIES[language]);
  io.out(
    [
      `made "${name}", a plugin in ${language}: its source is ${entry}\n`,
      `  composer plugin build ${name}`,
      `  composer plugin call ${name} count_vowels --input "Hello, world"`,
      `  composer plugin test ${name}\n`,
    ].join('\n'),
  );
  return EXIT.fine;
}

function languageOf(given: string | undefined): Language {
  const language = LANGUAGES.find((each) => each === given);
  if (language !== undefined) return language;
  const problem = given === undefined ? 'say --lang' : `there is no language "${given}"`;
  throw new UsageError(`${problem}: one of ${LANGUAGES.join(', ')}`);
}

function makeFolder(folder: string, name: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new PlainError(`cannot make "${name}": ${reasonOf(error)}`);
  }
  if (!isFolder(folder) || readdirSync(folder).length > 0) {
    throw new UsageError(
      `"${relative(join(folder, '..'), folder)}" is there already and not empty`,
    );
  }
}

function rename(path: string, name: string): void {
  writeFileSync(path, readFileSync(path, 'utf8').replaceAll(PLACEHOLDER, name));
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code === 'EEXIST' ? 'a file has that name' : `the system says ${code}`;
}
