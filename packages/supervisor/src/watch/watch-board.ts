/** What the thread that watches is started with. */
export interface WatchData {
  parent: number
  grace: number
  buffer: SharedArrayBuffer
  signsFd?: number | undefined
}

/** What that thread says. */
export type WatchWord = 'watching' | 'orphaned'

/** Longer names of cells are not told. */
export const cellBytes = 4_096

/** Two numbers: beats of the main thread, bytes of the text behind them. */
const headBytes = 8

/** Memory in which the main thread leaves notes for the one that watches: one that is held can send no message. */
export interface WatchBoard {
  buffer: SharedArrayBuffer
  beat(): void
  beats(): number
  write(text: string): void
  read(): string
}

export function createBoard(
  buffer: SharedArrayBuffer = new SharedArrayBuffer(headBytes + cellBytes),
): WatchBoard {
  const head = new Int32Array(buffer, 0, 2)
  const text = new Uint8Array(buffer, headBytes)
  const encoder = new TextEncoder()
  return {
    buffer,
    beat: () => void Atomics.add(head, 0, 1),
    beats: () => Atomics.load(head, 0),
    write: (note) => void Atomics.store(head, 1, encoder.encodeInto(note, text).written),
    // Copied: decoders take no shared memory.
    read: () => Buffer.from(text.slice(0, Atomics.load(head, 1))).toString('utf8'),
  }
}
