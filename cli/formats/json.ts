/** Findings for programs, as the API spells them. */
import type { Checked } from '../check.ts';
import type { Counts } from '../counts.ts';

export function jsonReport(checked: readonly Checked[], counts: Counts): string {
  const { errors, warnings, notes } = counts;
  const report = {
    files: checked.map(fileView),
    summary: { files: checked.length, errors, warnings, infos: notes },
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function fileView(checked: Checked) {
  const { file } = checked;
  switch (checked.kind) {
    case 'unreadable':
      return { file, valid: false, unreadable: checked.reason, diagnostics: [] };
    case 'library':
      return { file, valid: true, library: true, diagnostics: [] };
    case 'recipe':
      return { file, valid: checked.plan !== undefined, diagnostics: checked.diagnostics };
  }
}
