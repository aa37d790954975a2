/** The most that one call of any plugin may take. */

/** Ceilings of a call's limits; a manifest may ask for less, never for more. */
export const CALL_CEILINGS = {
  fuel: 200_000_000,
  memory_pages: 1_024,
  input_bytes: 4 * 1024 * 1024,
  output_bytes: 1024 * 1024,
  host_memory_bytes: 16 * 1024 * 1024,
  log_lines: 200,
  log_bytes: 64 * 1024,
  variables: 64,
  variable_bytes: 1024 * 1024,
  http_requests: 10,
  timeout_ms: 600_000,
} as const;
