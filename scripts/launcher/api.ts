/** The few calls of the API that the launcher makes. */

export interface Api {
  readonly url: string;
  readonly hasKey: boolean;
  readonly get: (path: string) => Promise<Response>;
  readonly send: (method: 'PUT' | 'POST', path: string, body: Body) => Promise<Response>;
}

export interface Body {
  readonly type: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

export function createApi(url: string, key: string | undefined): Api {
  const auth: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  return {
    url,
    hasKey: key !== undefined,
    get: (path) => fetch(`${url}${path}`, { headers: auth }),
    send(method, path, { type, content, headers }) {
      const init = {
        method,
        body: content,
        headers: { ...auth, ...headers, 'content-type': type },
      };
      return fetch(`${url}${path}`, init);
    },
  };
}

export function json(value: unknown): Body {
  return { type: 'application/json', content: JSON.stringify(value) };
}

/** The body of an answer that must have gone well. */
export async function expectJson<T>(answer: Response): Promise<T> {
  const text = await answer.text();
  if (!answer.ok)
    throw new Error(
      `${answer.status} from ${new URL(answer.url).pathname}: ${text.slice(0, 2_000)}`,
    );
  // SAFETY: our own API, of this very build.
  return JSON.parse(text) as T;
}
