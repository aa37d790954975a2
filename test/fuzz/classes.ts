/** The classes of inputs: how each is made, and what is held against it. */
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import { bomb } from './bombs.ts';
import { checkManifestText } from './check-manifest.ts';
import { checkRecipe } from './check-recipe.ts';
import type { Around } from './check-recipe.ts';
import { checkTemplate } from './check-template.ts';
import { MANIFESTS, RECIPES, TEMPLATES } from './corpus.ts';
import { expression } from './expressions.ts';
import { heavy } from './heavy.ts';
import { manifest } from './manifests.ts';
import { damageBytes, damageText, damageTree, randomBytes } from './mutate.ts';
import type { Random } from './random.ts';
import { given } from './recipe-values.ts';
import { recipe } from './recipes.ts';
import { HEAVY_SCOPE, NAMES, SCOPE } from './scopes.ts';
import { escapeAttempt, growth, template } from './templates.ts';
import { isMapTree, isSpecial, yamlText } from './trees.ts';
import type { MapTree, Tree } from './trees.ts';

export interface Input {
  readonly text: string;
  /** Throws when a promise is broken; gives a word for what happened. */
  readonly check: (text: string) => string;
}

export interface InputClass {
  readonly name: string;
  /** Share of all inputs, in thousandths. */
  readonly weight: number;
  make(random: Random): Input;
}

const recipeClass = (
  name: string,
  weight: number,
  make: (random: Random) => string,
): InputClass => ({
  name: `recipe: ${name}`,
  weight,
  make: (random) => {
    const text = make(random);
    const around = aroundOf(random);
    return { text, check: (shown) => checkRecipe(shown, around) };
  },
});

const templateClass = (
  name: string,
  weight: number,
  make: (random: Random) => string,
): InputClass => ({
  name: `template: ${name}`,
  weight,
  make: (random) => ({ text: make(random), check: (text) => checkTemplate(text, SCOPE) }),
});

const manifestClass = (
  name: string,
  weight: number,
  make: (random: Random) => string,
): InputClass => ({
  name: `manifest: ${name}`,
  weight,
  make: (random) => ({ text: make(random), check: checkManifestText }),
});

function damaged(random: Random, tree: MapTree): string {
  damageTree(random, tree);
  const text = yamlText(random, tree);
  return random.chance(0.3) ? damageText(random, text) : text;
}

export const CLASSES: readonly InputClass[] = [
  recipeClass('sound', 60, (random) => yamlText(random, recipe(random, true))),
  recipeClass('grammar', 40, (random) => yamlText(random, recipe(random, false))),
  recipeClass('grammar, damaged', 120, (random) =>
    damaged(random, recipe(random, random.chance(0.7))),
  ),
  recipeClass('bombs', 15, bomb),
  recipeClass('corpus, damaged', 90, (random) => damageText(random, random.pick(RECIPES))),
  recipeClass('corpus, bytes', 40, (random) => damageBytes(random, random.pick(RECIPES))),
  recipeClass('random bytes', 40, randomBytes),
  templateClass(
    'expressions',
    140,
    (random) => `{{ ${expression({ random, names: NAMES }, random.between(1, 4))} }}`,
  ),
  templateClass('grammar', 110, (random) => template(random, NAMES)),
  templateClass('grammar, damaged', 60, (random) => damageText(random, template(random, NAMES))),
  templateClass('escapes', 70, escapeAttempt),
  templateClass('growth', 40, growth),
  templateClass('corpus, damaged', 50, (random) => damageText(random, random.pick(TEMPLATES))),
  templateClass(
    'random bytes',
    30,
    (random) => `${random.pick(['', '{{', '{%', '{{ a'])}${randomBytes(random)}`,
  ),
  {
    name: 'template: heavy',
    weight: 2,
    make: (random) => ({ text: heavy(random), check: (text) => checkTemplate(text, HEAVY_SCOPE) }),
  },
  manifestClass('grammar', 30, (random) => yamlText(random, manifest(random, random.chance(0.7)))),
  manifestClass('grammar, damaged', 30, (random) => damaged(random, manifest(random, true))),
  manifestClass('corpus, damaged', 20, (random) => damageText(random, random.pick(MANIFESTS))),
];

const TOTAL = CLASSES.reduce((sum, { weight }) => sum + weight, 0);

export function classOf(random: Random): InputClass {
  let left = random.below(TOTAL);
  for (const inputClass of CLASSES) {
    left -= inputClass.weight;
    if (left < 0) return inputClass;
  }
  return CLASSES[0]!;
}

function aroundOf(random: Random): Around {
  return {
    strict: random.chance(0.2),
    hasFunctions: random.chance(0.4),
    given: [{}, givenInputs(random)],
  };
}

/** Values for the names that generated recipes and the corpus declare. */
function givenInputs(random: Random): JsonObject {
  const names = ['p0', 'q1', 'r2', 's3', 'a', 'b', 'x', 'topic', '__proto__', 'constructor'];
  const entries = names.flatMap((name): [string, JsonValue][] =>
    random.chance(0.6) ? [[name, plain(given({ random, isSound: false }))]] : [],
  );
  return Object.fromEntries(entries);
}

function plain(tree: Tree): JsonValue {
  if (Array.isArray(tree)) return tree.map(plain);
  if (isSpecial(tree)) return tree.text;
  if (!isMapTree(tree)) return tree;
  return Object.fromEntries(
    tree.pairs.map(([key, value]) => [typeof key === 'string' ? key : key.text, plain(value)]),
  );
}
