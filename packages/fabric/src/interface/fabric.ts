import type { QueueLength } from '@woolgather/protocol'
import type { Json } from '@woolgather/workflow'

/** Something to be done by whoever has what its queue asks for. */
export interface Work {
  /** Names it, by letters, digits, `-` and `_`: what is in line is not put there twice. */
  id: string
  /** The line it stands in, of the same letters: one for each set of models. */
  queue: string
  /** Before everything that is not. */
  interactive: boolean
  /** What it is done for, of the same letters; all of that is dropped together. */
  run: string
  body: Json
}

/** Work that one worker has for as long as it says so. */
export interface Lease {
  work: Work
  /** 1 the first time; how often it was taken, where it was not given back on purpose. */
  attempt: number
  /** It is still worked on. Whoever does not say so for the time of a lease has lost it to others. */
  beat(): void
  /** It is done; gone from the line. */
  done(): Promise<void>
  /** It failed and may be tried again, which counts as an attempt; after `delay` milliseconds, default at once. */
  fail(delay?: number): Promise<void>
  /** It was not begun: another may have it at once, at the end of the line, and this does not count as an attempt. */
  giveBack(): Promise<void>
}

/** Results by address: what is there first stays. */
export interface Results {
  /** @returns what lies there now: this, or what another put there before */
  putIfAbsent(address: string, value: Json): Promise<Json>
  get(address: string): Promise<Json | undefined>
}

/** Bytes by their sha256. */
export interface Artifacts {
  put(bytes: Uint8Array): Promise<string>
  get(hash: string): Promise<Uint8Array | undefined>
}

/**
 * What servers and workers have in common, wherever they are. The lines of work may be lost, and cost time when they
 * are: results are the truth, and what has none is offered again by whoever wants it. Work is done at least once, and
 * has one result.
 *
 * Everything waits while there is no connection, and goes on when there is one again. Messages are JSON, bounded by
 * `mostBytes`, and checked by whoever reads them.
 */
export interface Fabric extends AsyncDisposable {
  /** Puts work at the end of its line, unless it is in it already. */
  offer(work: Work): Promise<void>
  /**
   * The next work of these queues, undefined where there is none now or all is paused: what is interactive first, then
   * by the order of the queues, then by when it was offered.
   */
  take(queues: readonly string[]): Promise<Lease | undefined>
  /** Calls back when there may be work to take that was not there before. Returns how to stop. */
  onWork(listener: () => void): () => void
  /** Whether it stands in line, or is leased. */
  has(work: Pick<Work, 'id' | 'queue' | 'interactive' | 'run'>): Promise<boolean>
  /** Takes out of the lines what belongs to a run, or one work of it; leased work, too, is not offered again. */
  drop(which: { run: string; id?: string }): Promise<void>
  /** While it is paused nothing is taken; what is leased goes on. */
  pause(paused: boolean): Promise<void>
  queues(): Promise<QueueLength[]>
  results: Results
  artifacts: Artifacts
  /** Tells whoever listens now; what nobody hears is gone, and so is what is too large for one message. */
  tell(topic: string, message: Json): void
  listen(topic: string, listener: (message: Json) => void): () => void
  /** Adds to what can be followed from any number on; @returns the number */
  append(topic: string, message: Json): Promise<number>
  /** Everything of a topic after a number, in order, then what comes. Returns how to stop. */
  follow(topic: string, after: number, listener: (message: Json, number: number) => void): () => void
}

export interface FabricOptions {
  /** Milliseconds a lease lasts without a beat, default 10,000. */
  leaseMs?: number | undefined
  /** Is told, for people, when a connection is lost or back, and what it is not allowed. */
  onTrouble?: ((text: string) => void) | undefined
}

export const defaultLeaseMs = 10_000

/** The largest message, as JSON: 64 MiB. Anything that large is not sent, but kept and referred to. */
export const mostBytes = 67_108_864
