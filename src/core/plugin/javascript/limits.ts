/** How much JavaScript one plugin may hold: it is read anew in every call, on the call's fuel. */

export const MAX_SOURCE_BYTES = 512 * 1024;
/** From here on reading the text may take a good part of a call's fuel: about 2,000 units a byte of dense code. */
export const LONG_SOURCE_BYTES = 48 * 1024;
/** Functions that are found in a text which came without a manifest. */
export const MAX_FOUND = 256;
