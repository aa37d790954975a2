/**
 * One server a state folder. A launcher that was killed leaves workerd serving behind, so a lock is
 * free only when its launcher is gone AND nothing answers on its port with its name.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

export interface Holder {
  /** The launcher's process id. */
  readonly pid: number;
  /** When that process began, as the system tells it: ids are used again. */
  readonly startedAt: string;
  readonly instance: string;
  readonly host: string;
  readonly port: number;
  /** The process id of workerd; absent until it runs or where the system does not tell. */
  readonly workerd?: number;
}

export interface StateLock {
  /** Replaces what the lock says. */
  readonly update: (holder: Partial<Holder>) => void;
  readonly release: () => void;
}

const PROBE_MS = 1_500;

/** Throws an Error that says who holds the folder. */
export async function lockState(
  folder: string,
  holder: Omit<Holder, 'pid' | 'startedAt'>,
): Promise<StateLock> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'lock.json');
  let mine: Holder = { ...holder, pid: process.pid, startedAt: startOf(process.pid) };
  for (let tries = 0; ; tries += 1) {
    try {
      writeFileSync(file, JSON.stringify(mine), { flag: 'wx' });
      break;
    } catch (error) {
      if (!isTaken(error) || tries > 3) throw error;
    }
    const other = readHolder(file);
    const held = other && (await whyHeld(other));
    if (held !== undefined) throw new Error(`The state in ${folder} is in use: ${held}`);
    rmSync(file, { force: true });
  }
  return {
    update(change) {
      mine = { ...mine, ...change };
      writeFileSync(file, JSON.stringify(mine));
    },
    release() {
      if (readHolder(file)?.instance === mine.instance) rmSync(file, { force: true });
    },
  };
}

async function whyHeld(holder: Holder): Promise<string | undefined> {
  const { pid, startedAt, host, port, workerd } = holder;
  const address = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (isAlive(pid) && startOf(pid) === startedAt)
    return `a server (process ${pid}) serves it at ${address}`;
  if (!(await isServed(address, holder))) return undefined;
  const which = workerd === undefined ? 'workerd' : `workerd (process ${workerd})`;
  return `${which}, left over from a server that was killed (process ${pid}), still serves it at ${address}. End that process, then start again`;
}

/** A server that accepts a connection and then says nothing is counted as the holder. */
async function isServed(address: string, { host, port, instance }: Holder): Promise<boolean> {
  if (!(await isOpen(host, port))) return false;
  try {
    const answer = await fetch(`${address}/healthz`, { signal: AbortSignal.timeout(PROBE_MS) });
    const health: unknown = await answer.json();
    return (
      typeof health === 'object' &&
      health !== null &&
      'instance' in health &&
      health.instance === instance
    );
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError';
  }
}

export function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise((settle) => {
    const socket = connect({
      host: host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host,
      port,
    });
    const end = (open: boolean) => {
      socket.destroy();
      settle(open);
    };
    socket.setTimeout(PROBE_MS, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

/** A killed process that nobody has waited for yet still has its id, and holds nothing. */
function isAlive(pid: number): boolean {
  const state = statOf(pid)?.[0];
  if (state === 'Z' || state === 'X') return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Empty where the system has no /proc: there the id alone must do. */
function startOf(pid: number): string {
  return statOf(pid)?.[19] ?? '';
}

/** The fields of /proc/PID/stat after the name, which may itself hold spaces: first the state. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    const read: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const isHolder =
      typeof read === 'object' &&
      read !== null &&
      'pid' in read &&
      'port' in read &&
      'instance' in read &&
      'host' in read;
    // SAFETY: the fields that decide anything are there, and only launchers write the file.
    return isHolder ? (read as Holder) : undefined;
  } catch {
    return undefined;
  }
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
