/** Findings about a plugin, for a person. */
import type { Issue } from '../../src/core/errors.ts';
import { findingText } from '../formats/text.ts';
import type { Io } from '../io.ts';
import type { PluginFile } from './project.ts';

interface Found {
  readonly diagnostics: readonly Issue[];
}

export function reportFindings(file: PluginFile, { diagnostics }: Found, io: Io): void {
  for (const issue of diagnostics) {
    const isOfText = file.language === 'javascript' && issue.code.startsWith('javascript_');
    const isOfManifest = !isOfText && issue.line !== undefined && file.manifest !== undefined;
    const text = isOfText ? new TextDecoder().decode(file.bytes) : (file.manifest?.text ?? '');
    const label = isOfManifest ? (file.manifest?.label ?? file.label) : file.label;
    io.err(findingText(label, issue.line === undefined ? '' : text, { issue, look: io }));
  }
}
