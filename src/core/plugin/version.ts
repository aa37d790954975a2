/** Versions of plugins, as semantic versioning orders them. */
import semver from 'semver';

/** A whole semantic version, written as it is read. */
export function isVersion(text: string): boolean {
  return text.length <= 64 && semver.valid(text)?.length !== undefined && parts(text) === text;
}

function parts(text: string): string | undefined {
  const parsed = semver.parse(text);
  if (parsed === null) return undefined;
  return parsed.build.length === 0 ? parsed.version : `${parsed.version}+${parsed.build.join('.')}`;
}

/** Negative when `a` is the older one. */
export function compareVersions(a: string, b: string): number {
  return semver.compareBuild(a, b);
}
