/** Hooks and webhooks in memory. */
import { fail, ok } from '../../core/errors.ts';
import type { Clock } from '../../runtime/ports.ts';
import type { Endpoints, RevealedEndpoint } from '../../runtime/ports/endpoints.ts';

const MAX_ENDPOINTS = 200;

export function createMemoryEndpoints({ clock }: { clock: Pick<Clock, 'now'> }): Endpoints {
  const lists = new Map<string, Map<string, RevealedEndpoint>>();
  const claims = new Map<string, number>();
  const of = (tenant: string, kind: string): Map<string, RevealedEndpoint> => {
    const key = `${tenant} ${kind}`;
    const known = lists.get(key) ?? new Map<string, RevealedEndpoint>();
    lists.set(key, known);
    return known;
  };
  const shown = ({ secret: _secret, ...endpoint }: RevealedEndpoint) => endpoint;
  return {
    async create(tenant, kind, { id, spec, secret }) {
      const { size } = of(tenant, kind);
      if (size >= MAX_ENDPOINTS) {
        return fail('quota_exceeded', `Cannot make another ${kind}: there are ${size} already`);
      }
      const made = { id, spec, secret, createdAt: clock.now(), updatedAt: clock.now() };
      of(tenant, kind).set(id, made);
      return ok(shown(made));
    },
    async replace(tenant, kind, { id, spec, secret }) {
      const known = of(tenant, kind).get(id);
      if (known === undefined) return undefined;
      const put = { ...known, spec, secret: secret ?? known.secret, updatedAt: clock.now() };
      of(tenant, kind).set(id, put);
      return shown(put);
    },
    async list(tenant, kind) {
      const all = [...of(tenant, kind).values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
      return all.map(shown);
    },
    async find(tenant, kind, id) {
      const found = of(tenant, kind).get(id);
      return found && shown(found);
    },
    async reveal(tenant, kind, id) {
      return of(tenant, kind).get(id);
    },
    async delete(tenant, kind, id) {
      return of(tenant, kind).delete(id);
    },
    async claim(tenant, key, forMs) {
      const name = `${tenant} ${key}`;
      if ((claims.get(name) ?? 0) > clock.now()) return false;
      claims.set(name, clock.now() + forMs);
      return true;
    },
    async release(tenant, key) {
      claims.delete(`${tenant} ${key}`);
    },
  };
}
