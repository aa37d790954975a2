/** The Vault port on Web Crypto: AES-GCM and HMAC under keys that are derived from the server's own. */
import { ComposerError } from '../../core/errors.ts';
import type { Vault } from '../../runtime/ports/vault.ts';
import { fromBase64Url, toBase64Url } from '../../runtime/base64-url.ts';

/** A key of the server, and the name that sealed texts carry to find it again. */
export interface VaultKey {
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const NONCE_BYTES = 12;
/** 72 bits: a guess costs a request. */
const SIGNATURE_BYTES = 9;

/** The first key seals and signs; the others only open and verify, so that keys can be changed. */
export function createVault(keys: readonly VaultKey[]): Vault {
  const [current] = keys;
  // Keys and not promises of them: a promise belongs to the request that made it.
  const derived = new Map<string, CryptoKey>();
  const derive = async (key: VaultKey, use: 'seal' | 'sign'): Promise<CryptoKey> => {
    const name = `${use} ${key.id}`;
    const known = derived.get(name) ?? (await deriveKey(key, use));
    derived.set(name, known);
    return known;
  };
  const getCurrent = (): VaultKey => {
    if (current !== undefined) return current;
    throw new ComposerError('not_set_up', 'Cannot keep secrets: the server has no SECRETS_KEY');
  };
  const signWith = async (key: VaultKey, label: string): Promise<Uint8Array<ArrayBuffer>> => {
    const mac = await crypto.subtle.sign('HMAC', await derive(key, 'sign'), bytesOf(label));
    return new Uint8Array(mac, 0, SIGNATURE_BYTES);
  };

  return {
    isReady: current !== undefined,
    async seal(text, label) {
      const key = getCurrent();
      const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
      const how = { name: 'AES-GCM', iv, additionalData: bytesOf(label) };
      const data = await crypto.subtle.encrypt(how, await derive(key, 'seal'), bytesOf(text));
      return `${key.id}.${toBase64Url(iv)}.${toBase64Url(new Uint8Array(data))}`;
    },
    async open(sealed, label) {
      const [id, iv, data] = sealed.split('.');
      const key = keys.find((each) => each.id === id);
      if (key === undefined || iv === undefined || data === undefined) return undefined;
      try {
        const how = { name: 'AES-GCM', iv: fromBase64Url(iv), additionalData: bytesOf(label) };
        const plain = await crypto.subtle.decrypt(
          how,
          await derive(key, 'seal'),
          fromBase64Url(data),
        );
        return new TextDecoder().decode(plain);
      } catch {
        return undefined;
      }
    },
    async sign(label) {
      return toBase64Url(await signWith(getCurrent(), label));
    },
    async isSigned(label, signature) {
      for (const key of keys) {
        if (isEqual(toBase64Url(await signWith(key, label)), signature)) return true;
      }
      return false;
    },
  };
}

async function deriveKey({ bytes }: VaultKey, use: 'seal' | 'sign'): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveKey']);
  const how = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(),
    info: bytesOf(`edge-composer ${use}`),
  };
  return use === 'seal'
    ? crypto.subtle.deriveKey(how, base, { name: 'AES-GCM', length: 256 }, false, [
        'encrypt',
        'decrypt',
      ])
    : crypto.subtle.deriveKey(how, base, { name: 'HMAC', hash: 'SHA-256', length: 256 }, false, [
        'sign',
      ]);
}

/** Without telling by its time where they differ. */
function isEqual(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at += 1) {
    difference |= a.charCodeAt(at) ^ (b.charCodeAt(at) || 0);
  }
  return difference === 0;
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(text));
}
