/** The keys of each node type. */
import { z } from 'zod';
import { commonShape } from './common.ts';
import { count, duration, positiveDuration, text, value, values } from './values.ts';

const type = <T extends string>(name: T) => z.literal(name).describe('Type of the node.');
const reference = z.string().min(1).max(1000);
const model = value.describe(
  'A map, "provider/model", an alias, a template of these, or a list to fall back on.',
);

export const functionTask = z.strictObject({
  ...commonShape,
  type: type('function_task'),
  function_identifier: reference.describe(
    'plugin.function, plugin.function@range, a bare function id, or a template.',
  ),
});

export const languageTask = z.strictObject({
  ...commonShape,
  type: type('language_task'),
  prompt: text
    .describe('A template, or the name of a stored prompt such as "summary.jinja".')
    .optional(),
  system: text.describe('System prompt: a template, or the name of a stored prompt.').optional(),
  messages: value.describe('A list of {role, content}, or a template giving one.').optional(),
  model: model.optional(),
  response_schema: value
    .describe('JSON Schema of the answer: the output is then an object.')
    .optional(),
  stream: z.boolean().describe('Publish the answer while it is written.').optional(),
  trace_content: z.boolean().describe('Keep prompts and answers in events.').optional(),
  examples: value.describe('Answers that the mock provider gives.').optional(),
  tools: z.array(value).max(100).describe('Functions that the model may call.').optional(),
  options: values.describe('Further options for the provider.').optional(),
  temperature: value.describe('Option for the provider.').optional(),
  max_tokens: value.describe('Option for the provider.').optional(),
  top_p: value.describe('Option for the provider.').optional(),
});

export const textToSpeechTask = z.strictObject({
  ...commonShape,
  type: type('text_to_speech_task'),
  model: model.optional(),
  voice: value.describe('Voice, when input does not name one.').optional(),
  format: value.describe('Audio format, such as mp3.').optional(),
  speed: value.describe('Speed of speech, 1 is normal.').optional(),
  language: value.describe('Language of the text.').optional(),
  options: values.describe('Further options for the provider.').optional(),
});

export const speechToTextTask = z.strictObject({
  ...commonShape,
  type: type('speech_to_text_task'),
  model: model.optional(),
  language: value.describe('Language spoken.').optional(),
  response_format: value.describe('text, json or segments.').optional(),
  prompt: value.describe('A hint for the transcription.').optional(),
  options: values.describe('Further options for the provider.').optional(),
});

export const mapTask = z.strictObject({
  ...commonShape,
  type: type('map'),
  over: value.describe('A list, a map, an expression giving one, or {file, chunk}.'),
  task: value.describe('The node to run for every item, without an id.'),
  max_concurrency: count.max(10_000).describe('Items in flight. Default 10.').optional(),
  on_error: z
    .enum(['halt', 'skip', 'drop', 'retry', 'continue'])
    .describe(
      'halt: fail the node. skip: keep the position with the error. drop: leave the item out. retry: try an item three times, then halt.',
    )
    .optional(),
  collect: z
    .enum(['values', 'records'])
    .describe('Raw results, or records of item and result.')
    .optional(),
  batch_size: count.max(10_000).describe('Items handed to the function at a time.').optional(),
  item_timeout: positiveDuration.describe('Longest time of one attempt of one item.').optional(),
  execution_mode: z
    .enum(['parallel', 'sequential'])
    .describe('sequential: one item after the other.')
    .optional(),
});

export const reduceTask = z.strictObject({
  ...commonShape,
  type: type('reduce'),
  over: value.describe('A list, a map, an expression giving one, or {file, chunk}.'),
  function_identifier: reference.describe('The function that folds the collection.'),
});

export const recipeTask = z.strictObject({
  ...commonShape,
  type: type('recipe'),
  recipe_path: reference.describe('Path of the recipe to run, or a template of one.'),
  input_mapping: values.describe('Its inputs: name to value.').optional(),
  output_mapping: values
    .describe('What to take from its outputs: name here to name there.')
    .optional(),
});

export const hitl = z.strictObject({
  ...commonShape,
  type: type('hitl'),
  title: text.describe('Title that the person sees.').optional(),
  instructions: text.describe('What the person should do.').optional(),
  form: value.describe('JSON Schema of the form.').optional(),
  required_fields: z
    .array(z.string().min(1).max(100))
    .max(100)
    .describe('Short form: text fields to fill in.')
    .optional(),
  default_action: z
    .enum(['approve', 'reject', 'escalate', 'fail'])
    .describe('What happens at the timeout. Default reject.')
    .optional(),
  approvals_required: count
    .max(100)
    .describe('How many people must approve. Default 1.')
    .optional(),
  groups: z.array(z.string().min(1).max(200)).max(100).describe('Who may answer.').optional(),
});

export const httpTask = z.strictObject({
  ...commonShape,
  type: type('http_task'),
  method: z.string().describe('GET, POST, PUT, PATCH, DELETE or HEAD. Default GET.').optional(),
  url: z.string().min(1).max(8192).describe('Address, a template.'),
  headers: value.describe('Headers, with secrets as placeholders.').optional(),
  query: value.describe('Query parameters.').optional(),
  body: value.describe('Body: text, or a value sent as JSON.').optional(),
  expect: value.describe('Statuses that count as success, and a schema of the answer.').optional(),
});

export const wait = z.strictObject({
  ...commonShape,
  type: type('wait'),
  for: z
    .union([duration, value])
    .describe('How long to wait: a duration or a template of one.')
    .optional(),
  until: value.describe('Until when to wait: a time or a template of one.').optional(),
  event: text.describe('Name of an event to wait for.').optional(),
});

export const NODE_SCHEMAS = {
  language_task: languageTask,
  text_to_speech_task: textToSpeechTask,
  speech_to_text_task: speechToTextTask,
  function_task: functionTask,
  map: mapTask,
  reduce: reduceTask,
  recipe: recipeTask,
  hitl,
  http_task: httpTask,
  wait,
} as const;
