/** The bounds of the recipe language, so that no text can make the compiler hang or swell. */

export const LIMITS = {
  /** UTF-16 code units of one source text. */
  sourceChars: 1024 * 1024,
  /** Lexical tokens of one source text. */
  tokens: 250_000,
  /** Nesting of values, aliases and references followed. */
  depth: 64,
  nodes: 500,
  edges: 10_000,
  inputs: 500,
  imports: 100,
  /** Import entries followed in all, those of imported files included. */
  importEntries: 500,
  /** One key of a map: every finding below it names it. */
  keyChars: 1024,
  /** Values added by aliases, in one source text. */
  aliasValues: 50_000,
  /** Values and characters of one recipe once references are replaced. */
  expandedValues: 100_000,
  expandedChars: 4 * 1024 * 1024,
  /** Nesting of sub-recipes, and how many a plan may hold in all. */
  recipeDepth: 8,
  recipes: 200,
  diagnostics: 200,
  /** Words longer than this get no suggestion. */
  suggestionChars: 64,
  /** Candidates looked at for one suggestion. */
  suggestionWords: 1000,
} as const;
