/** The exports behind a function: its own, or the three of a fold. */

export interface FoldExports {
  readonly init: string;
  readonly step: string;
  readonly finish: string;
}

export function foldExports(name: string): FoldExports {
  return { init: `${name}_init`, step: `${name}_step`, finish: `${name}_finish` };
}

export function exportsOf(entry: { readonly export: string; readonly fold?: boolean }): string[] {
  return entry.fold === true ? Object.values(foldExports(entry.export)) : [entry.export];
}
