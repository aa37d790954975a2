/** What must hold of every text given as a plugin's manifest. */
import { isDeepStrictEqual } from 'node:util';
import { loadManifest } from '../../src/core/plugin/manifest.ts';
import { checkPlaces, checkQuickReader } from './check-recipe.ts';
import { require, timed } from './failure.ts';
import { notPlain } from './plain.ts';

const MAX_ISSUES = 200;

export function checkManifestText(text: string): string {
  const loaded = timed('loadManifest', () => loadManifest(text));
  checkQuickReader(text);
  if (loaded.ok) {
    require(notPlain(loaded.value) === undefined, 'the manifest is plain JSON', () =>
      notPlain(loaded.value) ?? '');
    const again = loadManifest(JSON.stringify(loaded.value));
    require(again.ok &&
      isDeepStrictEqual(again.value, loaded.value), 'a manifest loads again as itself');
    return 'manifest';
  }
  const issues = loaded.error;
  require(issues.length > 0 && issues.length <= MAX_ISSUES, 'number of issues', () =>
    String(issues.length));
  checkPlaces(issues, text);
  for (const issue of issues) {
    require(notPlain(issue) === undefined, 'issue is plain');
    require(issue.severity === 'error' && issue.detail.length <= 4000, 'detail of an issue', () =>
      String(issue.detail.length));
  }
  return issues[0]!.code;
}
