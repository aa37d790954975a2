/** Keeps what may be stored but not read by whoever sees the store, and signs what we hand out. */

/** A text that only this server, or one with the same key, can read. */
export type Sealed = string;

export interface Vault {
  /** Whether the server has a key of its own. Without one nothing can be sealed. */
  readonly isReady: boolean;
  /** `label` says what it is and whose: sealed under one label, it cannot be opened under another. */
  seal(text: string, label: string): Promise<Sealed>;
  /** Undefined: another label, another key, or changed on the way. */
  open(sealed: Sealed, label: string): Promise<string | undefined>;
  /** A short text that shows that this server has issued `label`. */
  sign(label: string): Promise<string>;
  isSigned(label: string, signature: string): Promise<boolean>;
}
