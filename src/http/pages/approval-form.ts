/** The form of an approval's page. It works without a script, and says what is wrong where it is wrong. */
import { html } from 'hono/html';
import type { JsonValue } from '../../core/json.ts';
import { fieldsOf } from './approval-fields.ts';
import type { Field, Typed } from './approval-fields.ts';
import type { FormFault } from '../form-faults.ts';
import type { Html } from './layout.ts';

export interface FormState {
  /** What was typed before it was refused. */
  readonly typed?: Typed;
  readonly faults?: readonly FormFault[];
}

export const MAX_COMMENTS = 10_000;

export function formOf(
  form: JsonValue | undefined,
  person: string,
  { typed, faults = [] }: FormState,
): Html {
  const fields = fieldsOf(form);
  return html`<form method="post">
    <h2>Your decision</h2>
    ${fields.map((field) => fieldOf(field, { typed, faults }))}
    <div class="field">
      <label for="comments">Comment <span class="mark">(optional)</span></label>
      <textarea id="comments" name="comments" maxlength="${MAX_COMMENTS}">
${typed?.get('comments')?.[0] ?? ''}</textarea>
    </div>
    <p class="soft">You decide as <strong>${person}</strong>. A decision cannot be taken back.</p>
    <div class="actions">
      <button class="yes" name="decision" value="approve">Approve</button>
      <button class="no" name="decision" value="reject" formnovalidate>Reject</button>
    </div>
  </form>`;
}

type Shown = { readonly typed: Typed | undefined; readonly faults: readonly FormFault[] };

/** At the top of the page, where whoever sent the form is when it comes back. */
export function summaryOf(form: JsonValue | undefined, { faults = [] }: FormState): Html {
  if (faults.length === 0) return html``;
  const fields = fieldsOf(form);
  return html`<div class="note bad" role="alert" tabindex="-1">
    <p><strong>Nothing was decided: the form is not complete.</strong></p>
    <ul>
      ${faults.map(({ pointer, detail }) => {
        const field = fields.find((each) => isAbout(pointer, each, detail));
        return field === undefined
          ? html`<li>${detail}</li>`
          : html`<li><a href="#${field.id}">${field.label}</a>: ${inWords(detail)}</li>`;
      })}
    </ul>
  </div>`;
}

/** A missing property is a fault of the object, and only its text says which one. */
function isAbout(pointer: string, { property }: Field, detail: string): boolean {
  if (pointer === '') return detail.includes(`"${property}"`);
  const own = `/${property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return pointer === own || pointer.startsWith(`${own}/`);
}

/** The validator speaks of instances and properties, which is not what a person has filled in. */
function inWords(detail: string): string {
  return /required property/.test(detail) ? 'Please fill it in.' : detail;
}

function fieldOf(field: Field, { typed, faults }: Shown): Html {
  const wrong = faults
    .filter(({ pointer, detail }) => isAbout(pointer, field, detail))
    .map(({ detail }) => inWords(detail));
  const notes = [
    ...(field.hint === undefined ? [] : [`${field.id}-hint`]),
    ...(wrong.length === 0 ? [] : [`${field.id}-fault`]),
  ];
  const attributes = html`${notes.length === 0 ? '' : html` aria-describedby="${notes.join(' ')}"`}${wrong.length === 0 ? '' : html` aria-invalid="true"`}`;
  const hint =
    field.hint === undefined ? '' : html`<p class="hint" id="${field.id}-hint">${field.hint}</p>`;
  const fault =
    wrong.length === 0 ? '' : html`<p class="fault" id="${field.id}-fault">${wrong.join(' ')}</p>`;
  const values = typed?.get(field.id);
  if (field.kind === 'choices') return choicesOf(field, { values, hint, fault, attributes });
  if (field.kind === 'flag') {
    const isChecked = typed === undefined ? field.byDefault === true : values !== undefined;
    return html`<div class="field">
      <label class="check single"
        ><input
          type="checkbox"
          id="${field.id}"
          name="${field.id}"
          ${isChecked ? html`checked` : ''}${attributes}
        />
        <span>${field.label}</span></label
      >
      ${hint}${fault}
    </div>`;
  }
  const value = typed === undefined ? initialText(field) : (values?.[0] ?? '');
  const mark = field.isRequired ? '' : html` <span class="mark">(optional)</span>`;
  return html`<div class="field">
    <label for="${field.id}">${field.label}${mark}</label>
    ${hint}${elementOf(field, value, attributes)}${fault}
  </div>`;
}

type Element = Exclude<Field, { kind: 'flag' | 'choices' }>;

function elementOf(field: Element, value: string, attributes: Html): Html {
  const { id } = field;
  const needed = html`${field.isRequired ? html` required` : ''}${attributes}`;
  switch (field.kind) {
    case 'line':
      return html`<input
        type="${field.type}"
        id="${id}"
        name="${id}"
        value="${value}"
        ${limitOf(field.maxLength)}${needed}
      />`;
    case 'text':
      return html`<textarea id="${id}" name="${id}" ${limitOf(field.maxLength)}${needed}>
${value}</textarea>`;
    case 'json':
      return html`<textarea id="${id}" name="${id}" spellcheck="false" ${needed}>${value}</textarea>
        <p class="hint">Written as JSON.</p>`;
    case 'number': {
      const { min, max, isWhole } = field;
      const bounds = html`${min === undefined ? '' : html` min="${min}"`}${max === undefined ? '' : html` max="${max}"`}`;
      return html`<input
        type="number"
        id="${id}"
        name="${id}"
        value="${value}"
        step="${isWhole ? '1' : 'any'}"
        ${bounds}${needed}
      />`;
    }
    case 'choice':
      return html`<select id="${id}" name="${id}" ${needed}>
        <option value="">Choose…</option>
        ${field.options.map(
          (option, at) =>
            html`<option value="${String(at)}" ${value === String(at) ? html`selected` : ''}>
              ${labelOf(option)}
            </option>`,
        )}
      </select>`;
  }
}

function limitOf(maxLength: number | undefined): Html {
  return maxLength === undefined ? html`` : html` maxlength="${maxLength}"`;
}

function choicesOf(
  field: Extract<Field, { kind: 'choices' }>,
  shown: { values: readonly string[] | undefined; hint: unknown; fault: unknown; attributes: Html },
): Html {
  return html`<fieldset class="field" id="${field.id}" ${shown.attributes}>
    <legend>${field.label}</legend>
    ${shown.hint}
    ${field.options.map(
      (option, at) =>
        html`<label class="check"
          ><input
            type="checkbox"
            name="${field.id}"
            value="${String(at)}"
            ${shown.values?.includes(String(at)) === true ? html`checked` : ''}
          />
          <span>${labelOf(option)}</span></label
        >`,
    )}
    ${shown.fault}
  </fieldset>`;
}

function initialText(field: Element): string {
  const { byDefault } = field;
  if (byDefault === undefined) return '';
  if (field.kind === 'choice') {
    const at = field.options.findIndex((option) => labelOf(option) === labelOf(byDefault));
    return at < 0 ? '' : String(at);
  }
  return field.kind === 'json' ? JSON.stringify(byDefault, null, 2) : labelOf(byDefault);
}

function labelOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
