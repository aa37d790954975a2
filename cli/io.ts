/** What a command has of the world, and the ways it can end. */

export interface Io {
  /** Absolute path that file names on the command line are relative to. */
  readonly cwd: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Width of the terminal. */
  readonly columns: number;
  readonly colours: boolean;
  /** Variables of the environment. */
  readonly env: { readonly [name: string]: string | undefined };
  /** All of the standard input. */
  readonly readIn: () => Promise<Uint8Array>;
}

export const EXIT = {
  fine: 0,
  /** The recipes have errors, or warnings in strict mode. */
  findings: 1,
  /** The command line is wrong, or a file cannot be read. */
  failed: 2,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** For the person at the terminal: the message is all they need. */
export class UsageError extends Error {}

/** The words were right, and the message is all there is to say. */
export class PlainError extends UsageError {}
