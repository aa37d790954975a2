/** `{{secret:NAME}}` in what is to be sent: finding the names, and putting values in their place. */

const NAME = '([A-Za-z_]\\w{0,99})';
/** As it is written, and as a form or an address encodes it. */
const PLACEHOLDER = new RegExp(
  `\\{\\{\\s*secret:${NAME}\\s*\\}\\}|(?:%7B){2}(?:%20|\\+)*secret(?:%3A|:)${NAME}(?:%20|\\+)*(?:%7D){2}`,
  'gi',
);

export function secretNames(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, plain, encoded]) => plain ?? encoded ?? '');
}

/** `escape` makes a value fit what is around it. A name that `values` does not have stays as it is. */
export function fillSecrets(
  text: string,
  values: ReadonlyMap<string, string>,
  escape: (value: string) => string = (value) => value,
): string {
  return text.replaceAll(PLACEHOLDER, (whole, plain?: string, encoded?: string) => {
    const value = values.get(plain ?? encoded ?? '');
    if (value === undefined) return whole;
    return encoded === undefined ? escape(value) : encodeURIComponent(value);
  });
}

/** For a body of a type: within a text of JSON, a quotation mark would end it. */
export function escapeFor(contentType: string): (value: string) => string {
  if (/^[^;]*[/+]json\b/i.test(contentType)) return (value) => JSON.stringify(value).slice(1, -1);
  if (/^[^;]*form-urlencoded\b/i.test(contentType)) return encodeURIComponent;
  return (value) => value;
}
