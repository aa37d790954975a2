/**
 * Calls of this isolate that are under way. When one ends, what it had reserved and did not take is
 * free again: whoever waits for that is told, the one that came first before the others.
 */

export interface UnderWay {
  /** Gives what tells its end. */
  begin(of: string): () => void;
  isBusy(of: string): boolean;
  /** A place in the order of those who wait. */
  ticket(): number;
  /** False: none is under way any longer, or `until` has come before an end. */
  nextEnd(of: string, ticket: number, until: Promise<unknown>): Promise<boolean>;
  /** Whoever was told has taken what he needs: there may be more for the next. */
  passOn(of: string): void;
}

interface Server {
  calls: number;
  readonly waiting: Map<number, () => void>;
}

export function createUnderWay(): UnderWay {
  const servers = new Map<string, Server>();
  let tickets = 0;

  function tellFirst(of: string): void {
    const waiting = servers.get(of)?.waiting;
    if (waiting === undefined || waiting.size === 0) return;
    const first = Math.min(...waiting.keys());
    const tell = waiting.get(first);
    waiting.delete(first);
    tell?.();
  }

  return {
    begin(of) {
      const server: Server = servers.get(of) ?? { calls: 0, waiting: new Map() };
      servers.set(of, server);
      server.calls += 1;
      return () => {
        server.calls -= 1;
        tellFirst(of);
        if (server.calls > 0) return;
        // There will be no other end.
        for (const tell of server.waiting.values()) tell();
        servers.delete(of);
      };
    },
    isBusy: (of) => servers.has(of),
    ticket: () => (tickets += 1),
    async nextEnd(of, ticket, until) {
      const server = servers.get(of);
      if (server === undefined) return false;
      let isTold = false;
      await Promise.race([
        until,
        new Promise<void>((go) => {
          server.waiting.set(ticket, () => {
            isTold = true;
            go();
          });
        }),
      ]);
      server.waiting.delete(ticket);
      return isTold;
    },
    passOn: tellFirst,
  };
}
