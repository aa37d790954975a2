/**
 * Large values between a partition's tables and the store: moved there once they are written, fetched
 * before what needs them is done, deleted when no run has them any more. One thing at a time moves or
 * is deleted, so nothing is deleted that is just being put.
 */
import { codeOf, ComposerError } from '../../core/errors.ts';
import type { Digest, RunId, Tenant } from '../../runtime/ports.ts';
import type { ValuePlace } from '../../runtime/ports/values.ts';
import { armAlarm } from './partition-state.ts';
import type { Partition } from './partition-state.ts';
import * as rows from './value-rows.ts';
import { missing } from './value-state.ts';

/** What could not be moved is tried again. */
const AGAIN_MS = 30_000;
const SLICE = 100;
/** A context has six connections in all, and runs need some. */
const AT_A_TIME = 3;

/**
 * Does what reads a run's values: at once when they are here, else when they are. `places`: which rows
 * it reads. Rejects with `value_missing` and `store_unavailable`.
 */
export function withValues<T>(
  partition: Partition,
  run: RunId,
  work: () => T,
  places?: readonly string[],
): T | Promise<T> {
  const isInMemory = partition.drivers.has(run);
  if (isInMemory || rows.awayValues(partition.sql, run, places).length === 0) return work();
  return fetchThen(partition, run, work, places);
}

/** The same for a run that is to go on: for as long as the store cannot be asked, it waits. */
export function whenRead(
  partition: Partition,
  run: RunId,
  { work, giveUp }: { readonly work: () => void; readonly giveUp: (error: unknown) => void },
): void {
  const isInMemory = partition.drivers.has(run);
  if (isInMemory || rows.awayValues(partition.sql, run).length === 0) return work();
  const again = (): Promise<void> =>
    fetchThen(partition, run, work).catch(async (error: unknown) => {
      if (codeOf(error) !== 'store_unavailable') return giveUp(error);
      partition.deps.log.write('warn', 'values_unreadable', { run });
      await partition.deps.clock.sleep(AGAIN_MS);
      return again();
    });
  void again();
}

async function fetchThen<T>(
  partition: Partition,
  run: RunId,
  work: () => T,
  places?: readonly string[],
): Promise<T> {
  const { sql, values } = partition;
  const held = new Set<Digest>();
  try {
    for (;;) {
      // Asked anew: values may have been moved meanwhile.
      const away = rows.awayValues(sql, run, places).filter((digest) => !held.has(digest));
      if (away.length === 0) return work();
      for (let at = 0; at < away.length; at += AT_A_TIME) {
        const batch = away.slice(at, at + AT_A_TIME);
        await Promise.all(batch.map((digest) => hold(partition, run, { digest, held })));
      }
    }
  } finally {
    for (const digest of held) {
      const kept = values.fetched.get(digest);
      if (kept !== undefined && (kept.users -= 1) === 0) values.fetched.delete(digest);
    }
  }
}

async function hold(
  partition: Partition,
  run: RunId,
  { digest, held }: { readonly digest: Digest; readonly held: Set<Digest> },
): Promise<void> {
  const { values, sql } = partition;
  const text = values.fetched.get(digest)?.text ?? (await fetchText(partition, run, digest));
  // Its run may be gone by now, and the value with it: whoever waits for it finds that.
  if (text === undefined && rows.awayValues(sql, run).includes(digest)) throw missing(run);
  if (text === undefined) return;
  const kept = values.fetched.get(digest) ?? { text, users: 0 };
  kept.users += 1;
  values.fetched.set(digest, kept);
  held.add(digest);
}

/** Undefined: it is not there, or is not what it was. */
async function fetchText(
  partition: Partition,
  run: RunId,
  digest: Digest,
): Promise<string | undefined> {
  const { deps, sql } = partition;
  const place = placeOf(partition, { digest, tenant: rows.tenantOf(sql, digest) });
  const bytes = await deps.values.get(place).catch((cause: unknown) => {
    throw new ComposerError('store_unavailable', `Cannot read a value of run "${run}" now`, {
      cause,
    });
  });
  if (bytes === undefined || (await deps.digests.sha256(bytes)) !== digest) return undefined;
  return rows.textOf(bytes);
}

function placeOf(
  { ctx }: Partition,
  { digest, tenant }: { readonly digest: Digest; readonly tenant: Tenant },
): ValuePlace {
  return { tenant, owner: ctx.id.toString(), digest };
}

/** Moves and deletes what is to be. Never rejects. */
export async function tidyValues(partition: Partition): Promise<void> {
  const { values, deps } = partition;
  values.again = true;
  if (values.isBusy) return;
  values.isBusy = true;
  try {
    while (values.again) {
      values.again = false;
      while ((await moveNext(partition)) || (await deleteLoose(partition)));
    }
  } catch (error) {
    deps.log.write('warn', 'values_delayed', { reason: String(error) });
    armAlarm(partition, deps.clock.now() + AGAIN_MS);
  } finally {
    values.isBusy = false;
  }
}

/** True: there may be more. */
async function moveNext(partition: Partition): Promise<boolean> {
  const { sql, deps, ctx } = partition;
  const name = rows.nextToMove(sql);
  if (name === undefined) return false;
  const bytes = rows.readParts(sql, name);
  const digest = await deps.digests.sha256(bytes);
  const tenant = rows.tenantOfRun(sql, name.run);
  if (tenant === undefined) {
    rows.deleteValues(sql, name.run);
    return true;
  }
  const isStored = ctx.storage.transactionSync(() =>
    rows.expectBlob(sql, { digest, tenant }, bytes.length),
  );
  if (!isStored) await deps.values.put(placeOf(partition, { digest, tenant }), bytes);
  ctx.storage.transactionSync(() => {
    const isSame = same(bytes, rows.readParts(sql, name));
    rows.endMove(sql, name, { digest, isSame });
  });
  return true;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** True: there may be more. */
async function deleteLoose(partition: Partition): Promise<boolean> {
  const { sql, deps, ctx } = partition;
  const found = rows.looseBlobs(sql, SLICE);
  const dead = found.filter(({ used }) => used === 0);
  ctx.storage.transactionSync(() => {
    for (const { digest } of dead) rows.expectNoBlob(sql, digest);
  });
  await deps.values.delete(dead.map((blob) => placeOf(partition, blob)));
  ctx.storage.transactionSync(() => {
    for (const { digest, used } of found) {
      if (used === 0) rows.forgetBlob(sql, digest);
      else rows.keepBlob(sql, digest);
    }
  });
  return found.length > 0;
}

/** Whether there is anything to move or to delete. */
export function hasUntidy({ sql }: Partition): boolean {
  return rows.nextToMove(sql) !== undefined || rows.looseBlobs(sql, 1).length > 0;
}
