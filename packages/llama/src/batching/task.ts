import type { LogitsRow } from '../native/logits-row.ts'
import type { Sequence } from './sequence.ts'

/** Work that sequences are decoded for: a generation with the terms of its mix, or the scoring of texts. */
export interface Task {
  /** What is decoded for it, by one engine or several. */
  readonly sequences: readonly Sequence[]
  /** Finished, failed or cancelled: nothing more is decoded for it. */
  readonly settled: boolean
  /** Sequences with the same tokens may sample from one row of logits. */
  readonly mayTwin: boolean
  /** Whether logits after this sequence's tokens are wanted now. */
  needs(sequence: Sequence): boolean
  /** Takes logits that were just decoded, after the token at `position`. */
  receive(sequence: Sequence, row: LogitsRow, position: number): void | Promise<void>
  reportPromptProgress(): void
  fail(error: unknown): void
  cancel(): void
  /** An engine has let go of the sequence. Once all have, no native code can be using what the task holds. */
  letGo(sequence: Sequence): void
}
