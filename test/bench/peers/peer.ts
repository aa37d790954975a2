/** Another engine that does the same work in the same run of a benchmark. */

/** `chain`: one trivial step after another; `fan_out`: all of them side by side. */
export type PeerWork = 'chain' | 'fan_out';

export interface Peer {
  /** As reports spell it. */
  readonly name: 'cloudflare_workflows' | 'restate' | 'langgraph';
  /** From the request to the result, over HTTP where the engine has it. */
  readonly run: (work: PeerWork, count: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}
