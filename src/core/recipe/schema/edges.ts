/** The forms of one entry of `edges`, and of one of `imports`. */
import { z } from 'zod';
import { condition, name } from './values.ts';

const end = z.string().min(1);
const ends = z.union([end, z.array(end).min(1).max(500)]);

export const edgeSchema = z.union([
  z
    .string()
    .regex(/^\s*\S+\s+to\s+\S+(?:\s+if\s+\S[^]*)?\s*$/)
    .describe('"a to b", or "a to b if condition".'),
  z.strictObject({
    from: ends.describe('A node, START, or a list of nodes.'),
    to: ends.describe('A node, END, or a list of nodes.'),
    condition: condition
      .nullable()
      .describe('The edge is taken when true. An error in it counts as false.')
      .optional(),
  }),
]);

export const importSchema = z.union([
  z.string().min(1).max(512).describe('Path of a stored file.'),
  z.strictObject({
    path: z.string().min(1).max(512).describe('Path of a stored file.'),
    namespace: name
      .nullable()
      .describe('Name before its definitions: @namespace.definition.')
      .optional(),
  }),
]);
