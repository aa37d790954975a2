/** Inputs of type `file` against the files that there are, and reading those in pieces. */
import { fileIdOf } from '../core/chunk/file-id.ts';
import type { Issue } from '../core/errors.ts';
import { isJsonArray, isJsonObject, ownProperty } from '../core/json.ts';
import type { JsonObject, JsonValue } from '../core/json.ts';
import type { Plan } from '../core/recipe/plan.ts';
import type { Files, Tenant } from './ports.ts';

/** Lookups at a time: the platform allows six connections. */
const AT_A_TIME = 6;
const MAX_FILES = 1000;

interface Reference {
  readonly input: string;
  readonly pointer: string;
  readonly id: string | undefined;
}

/** Every file that the inputs name and the tenant does not have. Values of other faults are left alone. */
export async function missingFiles(
  files: Files,
  tenant: Tenant,
  { plan, inputs }: { plan: Plan; inputs: JsonObject },
): Promise<readonly Issue[]> {
  const references = plan.inputs
    .filter(({ type }) => type === 'file')
    .flatMap((spec) => {
      const value = ownProperty(inputs, spec.id) ?? spec.default;
      return value === undefined ? [] : referencesIn(spec.id, value);
    });
  const ids = [...new Set(references.flatMap(({ id }) => id ?? []))];
  if (ids.length > MAX_FILES) {
    const detail = `Cannot accept the inputs: they name ${ids.length} files, at most ${MAX_FILES} are allowed`;
    return [{ severity: 'error', code: 'input_range', detail, pointer: '/inputs' }];
  }
  const found = new Set<string>();
  for (let at = 0; at < ids.length; at += AT_A_TIME) {
    const some = ids.slice(at, at + AT_A_TIME);
    const there = await Promise.all(some.map((id) => files.find(tenant, id)));
    for (const file of there) if (file !== undefined) found.add(file.id);
  }
  const missing = references.filter(({ id }) => id === undefined || !found.has(id));
  return Promise.all(missing.map((each) => issueOf(files, tenant, each)));
}

function referencesIn(input: string, value: JsonValue): Reference[] {
  const pointer = `/inputs/${input.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  if (!isJsonArray(value)) return isNamed(value) ? [{ input, pointer, id: fileIdOf(value) }] : [];
  return value.flatMap((each, index) =>
    isNamed(each) ? [{ input, pointer: `${pointer}/${index}`, id: fileIdOf(each) }] : [],
  );
}

/** Of what is blank or of another type the check of the inputs tells. */
function isNamed(value: JsonValue): boolean {
  return typeof value === 'string' ? value.trim() !== '' : isJsonObject(value);
}

async function issueOf(
  files: Files,
  tenant: Tenant,
  { input, pointer, id }: Reference,
): Promise<Issue> {
  const isOver = id !== undefined && (await files.hasExpired(tenant, id));
  const name = id?.slice(0, 128);
  const gone = isOver ? `the time of file "${name}" is over` : `there is no file "${name}"`;
  const what = id === undefined ? 'it names no stored file' : gone;
  return {
    severity: 'error',
    code: id === undefined ? 'input_type' : isOver ? 'file_expired' : 'file_not_found',
    detail: `Cannot accept input "${input.slice(0, 100)}": ${what}`,
    pointer,
  };
}
