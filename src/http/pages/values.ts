/** Any value, laid out for people. */
import { html } from 'hono/html';
import { isJsonArray, isJsonObject } from '../../core/json.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Html } from './layout.ts';

/** Deeper than this nobody follows an outline: it is shown as JSON. */
const MAX_OUTLINE = 4;
/** Longer lists are shown as JSON too. */
const MAX_ENTRIES = 200;

export function showValue(value: JsonValue, depth = 0): Html {
  if (typeof value === 'string') return html`<div class="text">${value}</div>`;
  if (value === null) return html`<span class="soft">nothing</span>`;
  if (typeof value === 'boolean') return html`${value ? 'yes' : 'no'}`;
  if (typeof value === 'number') return html`${String(value)}`;
  const size = isJsonArray(value) ? value.length : Object.keys(value).length;
  if (size === 0) return html`<span class="soft">empty</span>`;
  if (depth >= MAX_OUTLINE || size > MAX_ENTRIES) {
    return html`<pre>${JSON.stringify(value, null, 2)}</pre>`;
  }
  if (isJsonArray(value)) {
    return html`<ol>
      ${value.map((item) => html`<li>${showValue(item, depth + 1)}</li>`)}
    </ol>`;
  }
  if (!isJsonObject(value)) return html``;
  return html`<dl>
    ${Object.entries(value).map(
      ([key, member]) =>
        html`<dt>${key}</dt>
          <dd>${showValue(member, depth + 1)}</dd>`,
    )}
  </dl>`;
}
