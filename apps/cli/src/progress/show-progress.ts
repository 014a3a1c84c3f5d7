import type { RunEvent } from '@woolgather/workflow'
import type { TextSink } from '../io/cli-io.ts'
import type { CellNames } from './name-cells.ts'
import { createPlainLines } from './plain-lines.ts'
import { newsOf, type Progress } from './progress.ts'
import { printable } from '../print/print-issues.ts'

/** How much is told of what goes on: `--quiet` nothing, `--verbose` everything. */
export interface Loudness {
  quiet?: boolean | undefined
  verbose?: boolean | undefined
}

/**
 * Lines that change in place on a terminal. Where output goes to a file or another program, a line for each thing that
 * happens if asked for; else only what is said aloud.
 */
export async function showProgress(
  stderr: TextSink,
  names: CellNames,
  { quiet, verbose }: Loudness,
): Promise<Progress> {
  if (quiet)
    return named(
      createSilence(() => {}),
      names,
    )
  if (stderr.isTTY) {
    // With all that knows how wide a line is on a terminal.
    const { createLiveLines } = await import('./live-lines.ts')
    return named(createLiveLines(stderr, names), names)
  }
  if (verbose) return named(createPlainLines(stderr, names), names)
  return named(
    createSilence((text) => void stderr.write(`${printable(text)}\n`)),
    names,
  )
}

function createSilence(say: Progress['say']): Progress {
  const add = (event: RunEvent): void => {
    const news = 'node' in event ? undefined : newsOf(event)
    if (news !== undefined) say(news)
  }
  return { add, say, end: () => Promise.resolve() }
}

/** Holds events back while the values of an axis are fetched: its cells are named by them. */
function named(progress: Progress, names: CellNames): Progress {
  let held: RunEvent[] | undefined
  let fetching: Promise<void> = Promise.resolve()

  const add = (event: RunEvent): void => {
    if (held !== undefined) return void held.push(event)
    progress.add(event)
    const fetched = names.learn(event)
    if (fetched === undefined) return
    held = []
    fetching = fetched.then(() => {
      const waiting = held ?? []
      held = undefined
      waiting.forEach(add)
    })
  }

  return {
    add,
    say: (text) => progress.say(text),
    async end() {
      while (held !== undefined) await fetching
      await progress.end()
    },
  }
}
