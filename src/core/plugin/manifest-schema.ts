/** The shape of `plugin.yaml`: what a plugin offers, and what it asks for. */
import semver from 'semver';
import { z } from 'zod';
import type { JsonValue } from '../json.ts';
import { CALL_CEILINGS } from './ceilings.ts';
import { findSchemaFault } from './schema-bounds.ts';

/** A wildcard needs two labels behind it: `*.com` is no host of anybody. */
const HOST =
  /^(?:\*\.(?=[^.]+\.[^.]))?(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,8}(?::[1-9]\d{0,4})?$/;

/** Whatever is granted. */
const ALL = z.literal('*');
const text = (longest: number) => z.string().max(longest);
const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,127}$/);
const limit = (ceiling: number) => z.int().min(0).max(ceiling).optional();

const Schema = z.custom<JsonValue>().superRefine((value, context) => {
  const fault = findSchemaFault(value);
  if (fault === undefined) return;
  const { path, ...rest } = fault;
  context.addIssue({ code: 'custom', path: [...path], message: rest.detail, params: rest });
});

const FunctionEntry = z.strictObject({
  id: z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/),
  /** Default: the id. */
  export: text(256).min(1).optional(),
  description: text(2_000).default(''),
  /** JSON Schema of the input, draft-07. */
  input: Schema.optional(),
  output: Schema.optional(),
  content_type: z.enum(['json', 'text', 'bytes', 'auto']).default('json'),
  /** The output depends on the input alone, so it may be cached. */
  pure: z.boolean().default(false),
  /** Takes a list of inputs and answers with a list of outputs. */
  batch: z.boolean().default(false),
  /** Goes over a collection step by step, with a state carried from one to the next: three exports. */
  fold: z.boolean().default(false),
  /** A fold that goes over the chunks of a file. */
  chunk: z.boolean().default(false),
});

/** Ceilings of one call, for whoever asks for less or grants less. */
export const callLimits = z.strictObject({
  fuel: limit(CALL_CEILINGS.fuel),
  memory_pages: limit(CALL_CEILINGS.memory_pages),
  input_bytes: limit(CALL_CEILINGS.input_bytes),
  output_bytes: limit(CALL_CEILINGS.output_bytes),
  host_memory_bytes: limit(CALL_CEILINGS.host_memory_bytes),
  log_lines: limit(CALL_CEILINGS.log_lines),
  log_bytes: limit(CALL_CEILINGS.log_bytes),
  variables: limit(CALL_CEILINGS.variables),
  variable_bytes: limit(CALL_CEILINGS.variable_bytes),
  http_requests: limit(CALL_CEILINGS.http_requests),
  timeout_ms: limit(CALL_CEILINGS.timeout_ms),
});

export const Manifest = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  version: text(64).refine((version) => semver.valid(version) === version, 'is not a version'),
  description: text(2_000).default(''),
  license: text(128).optional(),
  functions: z
    .array(FunctionEntry.transform((entry) => ({ ...entry, export: entry.export ?? entry.id })))
    .max(256)
    .default([]),
  capabilities: z
    .strictObject({
      /** `host`, `*.host` or either with a port. */
      hosts: z
        .array(ALL.or(z.string().max(300).regex(HOST)))
        .max(64)
        .default([]),
      secrets: z.array(ALL.or(name)).max(64).default([]),
      config: z.array(ALL.or(name)).max(64).default([]),
      wasi: z.boolean().default(false),
    })
    .prefault({}),
  limits: callLimits.prefault({}),
});

export type PluginManifest = z.infer<typeof Manifest>;
export type PluginFunction = PluginManifest['functions'][number];

/** Every key a manifest can hold, for suggestions. */
export const MANIFEST_KEYS: readonly string[] = [
  ...Object.keys(Manifest.shape),
  ...Object.keys(FunctionEntry.shape),
  'hosts',
  'secrets',
  'config',
  'wasi',
  ...Object.keys(CALL_CEILINGS),
];
