/** The text of an answer on its way: what a watcher gets before there is an output. */

/** Apply it at its offset: a text that starts over begins at 0 again. */
export interface Delta {
  /** The step's. */
  readonly key: string;
  readonly node: string;
  readonly attempt: number;
  /** Where `text` begins in the answer, in UTF-16 code units. */
  readonly offset: number;
  readonly text: string;
}

/** A delta and its place in the history: behind event `seq`, before the next. */
export interface PlacedDelta extends Delta {
  readonly seq: number;
  /** Grows from one delta of a run to the next, also from one life of its object to another. */
  readonly number: number;
}

/** How far a watcher has read: the last event, and the last delta behind it. */
export interface EventPlace {
  readonly seq: number;
  readonly delta: number;
}
