/** The languages of plugins, and how a folder shows which one it is in. */

export const LANGUAGES = ['assemblyscript', 'javascript', 'rust', 'c'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The file that the compiler starts with, relative to the folder. */
export const ENTRIES: { readonly [language in Language]: string } = {
  assemblyscript: 'assembly/index.ts',
  javascript: 'plugin.js',
  rust: 'src/lib.rs',
  c: 'plugin.c',
};
