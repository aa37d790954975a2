/** Builds what is not up to date. */
export function buildScriptEngine(options?: {
  force?: boolean;
}): Promise<{ path: string; built: boolean; size: number }>;
