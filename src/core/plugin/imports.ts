/** What a module may import: functions that the host answers, with exactly their types. */
import { refuse } from './fault.ts';
import type { FunctionType, ValueType } from './types.ts';

export const EXTISM_MODULE = 'extism:host/env';
export const WASI_MODULE = 'wasi_snapshot_preview1';

/** `i` is an i32, `I` an i64: parameters, a colon, results. */
type Signature = string;

/** What Extism offers a guest. Kernel functions for the host alone (`reset`, `input_set`, …) are not here. */
export const EXTISM_FUNCTIONS: ReadonlyMap<string, Signature> = new Map([
  ['alloc', 'I:I'],
  ['free', 'I:'],
  ['length', 'I:I'],
  ['length_unsafe', 'I:I'],
  ['load_u8', 'I:i'],
  ['load_u64', 'I:I'],
  ['store_u8', 'Ii:'],
  ['store_u64', 'II:'],
  ['input_length', ':I'],
  ['input_offset', ':I'],
  ['input_load_u8', 'I:i'],
  ['input_load_u64', 'I:I'],
  ['output_set', 'II:'],
  ['output_length', ':I'],
  ['output_offset', ':I'],
  ['error_set', 'I:'],
  ['error_get', ':I'],
  ['config_get', 'I:I'],
  ['var_get', 'I:I'],
  ['var_set', 'II:'],
  ['http_request', 'II:I'],
  ['http_status_code', ':i'],
  ['http_headers', ':I'],
  ['get_log_level', ':i'],
  ['log_trace', 'I:'],
  ['log_debug', 'I:'],
  ['log_info', 'I:'],
  ['log_warn', 'I:'],
  ['log_error', 'I:'],
]);

/** The part of preview 1 that does something; the rest answers ENOSYS. */
export const WASI_IMPLEMENTED: ReadonlySet<string> = new Set([
  'args_get',
  'args_sizes_get',
  'environ_get',
  'environ_sizes_get',
  'clock_time_get',
  'random_get',
  'fd_write',
  'fd_close',
  'fd_seek',
  'proc_exit',
]);

/** All of preview 1: compilers import far more than a program reaches. */
export const WASI_FUNCTIONS: ReadonlyMap<string, Signature> = new Map([
  ['args_get', 'ii:i'],
  ['args_sizes_get', 'ii:i'],
  ['environ_get', 'ii:i'],
  ['environ_sizes_get', 'ii:i'],
  ['clock_res_get', 'ii:i'],
  ['clock_time_get', 'iIi:i'],
  ['fd_advise', 'iIIi:i'],
  ['fd_allocate', 'iII:i'],
  ['fd_close', 'i:i'],
  ['fd_datasync', 'i:i'],
  ['fd_fdstat_get', 'ii:i'],
  ['fd_fdstat_set_flags', 'ii:i'],
  ['fd_fdstat_set_rights', 'iII:i'],
  ['fd_filestat_get', 'ii:i'],
  ['fd_filestat_set_size', 'iI:i'],
  ['fd_filestat_set_times', 'iIIi:i'],
  ['fd_pread', 'iiiIi:i'],
  ['fd_prestat_get', 'ii:i'],
  ['fd_prestat_dir_name', 'iii:i'],
  ['fd_pwrite', 'iiiIi:i'],
  ['fd_read', 'iiii:i'],
  ['fd_readdir', 'iiiIi:i'],
  ['fd_renumber', 'ii:i'],
  ['fd_seek', 'iIii:i'],
  ['fd_sync', 'i:i'],
  ['fd_tell', 'ii:i'],
  ['fd_write', 'iiii:i'],
  ['path_create_directory', 'iii:i'],
  ['path_filestat_get', 'iiiii:i'],
  ['path_filestat_set_times', 'iiiiIIi:i'],
  ['path_link', 'iiiiiii:i'],
  ['path_open', 'iiiiiIIii:i'],
  ['path_readlink', 'iiiiii:i'],
  ['path_remove_directory', 'iii:i'],
  ['path_rename', 'iiiiii:i'],
  ['path_symlink', 'iiiii:i'],
  ['path_unlink_file', 'iii:i'],
  ['poll_oneoff', 'iiii:i'],
  ['proc_exit', 'i:'],
  ['proc_raise', 'i:i'],
  ['sched_yield', ':i'],
  ['random_get', 'ii:i'],
  ['sock_accept', 'iii:i'],
  ['sock_recv', 'iiiiii:i'],
  ['sock_send', 'iiiii:i'],
  ['sock_shutdown', 'ii:i'],
]);

const MODULES: ReadonlyMap<string, ReadonlyMap<string, Signature>> = new Map([
  [EXTISM_MODULE, EXTISM_FUNCTIONS],
  [WASI_MODULE, WASI_FUNCTIONS],
]);

/**
 * The type is checked as well as the name: the host is JavaScript, so an import of another type would
 * link and then hand it numbers where it expects bigints.
 */
export function checkImport(
  { module, name }: { module: string; name: string },
  type: FunctionType,
  offset: number,
): void {
  const wanted = MODULES.get(module)?.get(name);
  const label = JSON.stringify(`${module}.${name}`.slice(0, 200));
  if (wanted === undefined) refuse('unknown_import', `no host function ${label} exists`, offset);
  const given = `${letters(type.params)}:${letters(type.results)}`;
  if (given !== wanted) {
    refuse('import_type', `host function ${label} has the type ${wanted}, not ${given}`, offset);
  }
}

function letters(types: readonly ValueType[]): string {
  return types.map((type) => (type === 'i32' ? 'i' : type === 'i64' ? 'I' : '?')).join('');
}
