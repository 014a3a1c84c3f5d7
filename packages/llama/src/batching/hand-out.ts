import { LogitsRow } from '../native/logits-row.ts'
import type { NativeContext } from '../native/native-context.ts'
import { TimeSlice } from '../pace/time-slice.ts'
import type { Row } from './decode-rows.ts'
import type { PrefixSharing } from './prefix-sharing.ts'
import type { Sequence } from './sequence.ts'

/**
 * Gives the logits of a decode call to the tasks that asked for them, and lets others in where that takes long. Nearly
 * always nothing has to be waited for, and nothing is: an await costs a hundredth of a small model's step.
 */
export class HandOut {
  readonly slice = new TimeSlice()
  readonly #context: NativeContext
  readonly #sharing: PrefixSharing

  constructor(context: NativeContext, sharing: PrefixSharing) {
    this.#context = context
    this.#sharing = sharing
  }

  give(rows: readonly Row[], running: readonly Sequence[]): void | Promise<void> {
    const twins = running.some(({ isTwin }) => isTwin)
    for (let index = 0; index < rows.length; index++) {
      const given = this.#giveRow(rows[index]!, running, twins)
      if (given) return this.#giveRest(given, rows.slice(index + 1), running, twins)
    }
    keepWaiting(running)
  }

  async #giveRest(
    given: Promise<void>,
    rows: readonly Row[],
    running: readonly Sequence[],
    twins: boolean,
  ): Promise<void> {
    await given
    for (const row of rows) await this.#giveRow(row, running, twins)
    keepWaiting(running)
  }

  #giveRow(
    { sequence, index, position, last }: Row,
    running: readonly Sequence[],
    twins: boolean,
  ): void | Promise<void> {
    const others = last && twins ? this.#sharing.adoptTwins(sequence, running) : []
    const row = new LogitsRow(this.#context, index, others.length > 0)
    if (others.length > 0) return this.#giveAll([sequence, ...others], row, position)
    const received = receive(sequence, row, position)
    if (received) return received.then(() => this.slice.pause())
    if (this.slice.isOver) return this.slice.pause()
  }

  async #giveAll(consumers: readonly Sequence[], row: LogitsRow, position: number): Promise<void> {
    for (const consumer of consumers) {
      const received = receive(consumer, row, position)
      if (received) await received
      if (this.slice.isOver) await this.slice.pause()
    }
  }
}

function receive(sequence: Sequence, row: LogitsRow, position: number): void | Promise<void> {
  const { task } = sequence
  if (task.settled) return
  try {
    const received = task.receive(sequence, row, position)
    return received?.catch((error: unknown) => task.fail(error))
  } catch (error) {
    task.fail(error)
  }
}

/** The next decode call overwrites the rows of those who wait for others. */
function keepWaiting(running: readonly Sequence[]): void {
  for (const sequence of running) {
    if (sequence.logits instanceof LogitsRow) sequence.logits = sequence.logits.copy()
  }
}
