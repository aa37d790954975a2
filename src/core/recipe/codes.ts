/** Every code a diagnostic of a recipe can have: its severity and its meaning. */
import type { Issue } from '../errors.ts';

interface CodeRow {
  readonly severity: Issue['severity'];
  /** Severity in strict mode, when it differs. */
  readonly strict?: Issue['severity'];
  readonly meaning: string;
}

const error = (meaning: string): CodeRow => ({ severity: 'error', meaning });
const warning = (meaning: string): CodeRow => ({ severity: 'warning', meaning });
const info = (meaning: string): CodeRow => ({ severity: 'info', meaning });
const lax = (meaning: string): CodeRow => ({ severity: 'warning', strict: 'error', meaning });

export const CODES = {
  // the text
  yaml_syntax: error('The text is no YAML and no JSON.'),
  yaml_duplicate_key: error('A map gives one key twice.'),
  yaml_alias: error('An alias names no anchor before it, or lies inside its own anchor.'),
  yaml_key: error('A key of a map is not text, is longer than 1024 characters, or is `__proto__`.'),
  yaml_value: error('A number is infinite or not a number.'),
  yaml_tag: warning('A YAML tag or directive is not known and has no effect.'),
  number_precision: warning('A whole number has more digits than can be kept.'),
  multiple_documents: error('The text holds more than one YAML document.'),
  empty_document: error('The text holds nothing.'),
  source_too_large: error('The text is longer than 1 MiB.'),
  source_too_complex: error('The text has too many tokens.'),
  too_deep: error('Values are nested too deeply.'),
  alias_limit: error('Aliases would multiply values beyond the limit.'),
  // structure
  not_a_recipe: error('The text is neither a recipe nor an envelope with one.'),
  misplaced_edges: warning('`edges` stands beside `recipe` instead of in it.'),
  unknown_key: lax('A key has no meaning where it stands.'),
  missing_key: error('A required key is missing.'),
  wrong_type: error('A value is of the wrong kind.'),
  unknown_value: error('A value is not one of the allowed ones.'),
  out_of_range: error('A number, text or list is too small or too large.'),
  bad_format: error('A text does not have the form it needs.'),
  bad_id: error('A name has characters that names do not have.'),
  conflicting_keys: error('Keys exclude one another.'),
  repeated_setting: warning('One setting is given in two spellings.'),
  unknown_retry_code: lax('`retry_on` names a code that no failure has.'),
  too_many_nodes: error('The recipe has too many nodes.'),
  too_many_edges: error('The recipe has too many edges.'),
  // imports, definitions, references
  bad_import_path: error('A path leaves the root, is absolute, or is a URL.'),
  import_not_found: error('An imported file does not exist.'),
  import_cycle: error('Imports lead back to a file being imported.'),
  import_invalid: error('An imported file cannot be read.'),
  too_many_imports: error('The recipe imports too many files.'),
  unknown_reference: error('A reference names no definition.'),
  ambiguous_reference: error('A reference fits several definitions.'),
  reference_cycle: error('Definitions refer to one another in a circle.'),
  bad_subscript: error('Brackets after a reference hold no index, or nothing is there.'),
  merge_not_map: error('`<<` merges something that is not a map.'),
  expansion_limit: error('References would make the recipe too large.'),
  // inputs
  duplicate_input: error('Two inputs have one id.'),
  too_many_inputs: error('The recipe has too many inputs.'),
  bad_literal_default: warning('A default is not among the literal values and is dropped.'),
  bad_default: error('A default does not fit the type or bounds of its input.'),
  bad_schema: error('A JSON Schema is none that can be used.'),
  bad_pattern: error('A pattern is no regular expression that can be used safely.'),
  unused_setting: warning('A setting has no effect here.'),
  // nodes
  duplicate_id: error('Two nodes have one id.'),
  reserved_id: error('A node is called START or END.'),
  reserved_name: warning('An output or input has a name that templates use for something else.'),
  unknown_type: error('There is no such node type.'),
  unsupported_type: error('This release does not run nodes of that type.'),
  task_with_id: warning("A map's task has an id."),
  map_over_invalid: error('`over` can give neither a list nor a map.'),
  unknown_function: error('A function does not exist.'),
  ambiguous_function: error('A bare function id belongs to several plugins.'),
  missing_function_input: warning('A function needs an input that the node does not give.'),
  function_input_mismatch: lax(
    'What a node gives to a function does not fit what the function declares.',
  ),
  unknown_output_field: lax('A path leads to a field that the function behind it never gives.'),
  fold_mismatch: error('A fold stands where none can, or goes over what its steps do not take.'),
  unknown_prompt: error('A stored prompt does not exist.'),
  unknown_recipe: error('A sub-recipe does not exist.'),
  bad_recipe: error('A sub-recipe has errors.'),
  recipe_cycle: error('A recipe includes itself.'),
  recipe_depth: error('Sub-recipes are nested too deeply.'),
  too_many_recipes: error('The recipe includes too many sub-recipes.'),
  unknown_sub_output: warning('A mapping names a value that the sub-recipe does not give.'),
  unknown_sub_input: warning('A mapping names an input that the sub-recipe does not have.'),
  missing_sub_input: warning('A sub-recipe needs an input that the mapping does not give.'),
  // templates
  template_syntax: error('A template or expression cannot be read.'),
  unknown_filter: error('A template uses a filter that does not exist.'),
  unknown_test: error('A template uses a test that does not exist.'),
  template_error: error('A template breaks another rule of the template language.'),
  // graph
  bad_edge: error('An edge is not of one of the forms.'),
  unknown_node: error('An edge names a node that does not exist.'),
  duplicate_edge: warning('An edge is given twice.'),
  start_condition: error('A condition on an edge from START cannot be kept.'),
  no_entry: error('No node can start the graph.'),
  unreachable: warning('A node can never run; an error when another node reads its output.'),
  auto_cycle: error('`edges: auto` finds nodes that read one another.'),
  unbounded_loop: warning(
    'A loop has no condition and no `max_visits`: it ends at the default limit.',
  ),
  parallel_writers: warning('Nodes that may run in parallel publish one output name.'),
  // variables
  unknown_variable: error(
    'No input, definition or node provides a variable. A warning when the recipe declares no inputs.',
  ),
  reads_later: error('A variable comes from a node that cannot run before.'),
  maybe_variable: info('A text looks like a misspelt name.'),
  duplicate_output: warning('One final output is given twice.'),
  // lints
  secret_in_prompt: warning('A prompt holds what looks like a secret.'),
  fail_open_approval: warning('An approval approves by itself when nobody answers.'),
  could_be_parallel: info('Nodes in a chain do not read one another.'),
  // inputs of a run
  input_required: error('A required input has no value.'),
  input_type: error('A value is not of the type of its input.'),
  input_literal: error('A value is not one of the literal values.'),
  input_range: error('A value is below `min` or above `max`.'),
  input_pattern: error('A text does not match the pattern of its input.'),
  input_schema: error('A value does not fit the JSON Schema of its input.'),
  undeclared_input: lax('A value is given that the recipe does not declare.'),
} as const satisfies Record<string, CodeRow>;

export type RecipeCode = keyof typeof CODES;
