import { mostCells } from '@woolgather/fabric'

/*
 * How much a server offers at once, and when. `bench/fabric/simulation.bench.mjs` plays a fabric of a hundred workers with
 * just this.
 */

/** Cells that wait for workers at once. */
export const mostWaiting = 4_096

/** Milliseconds in which cells gather that go together; between two looks where their workers have enough to do, and at most. */
export const gatherFor = 5
export const gatherAgain = 100
export const gatherLong = 2_000

/** Works for each worker that are enough. */
const enough = 2

export interface LineState {
  /** Cells that gathered, and those that were offered and have not ended. */
  gathered: number
  offered: number
  /** Works they were offered in. */
  works: number
  /** Workers that could take them, and lines with something in them that they have in common. */
  workers: number
  lines: number
}

/** Whether its workers have enough to do, so that more may gather first. */
export function hasEnough(line: LineState): boolean {
  return line.works > enough * shareOf(line)
}

/** Cells of one work: each worker is to have some, and none more than a decode takes. */
export function chunkSize(line: LineState): number {
  const { gathered, offered } = line
  const size = hasEnough(line) ? (gathered + offered) / (enough * shareOf(line)) : gathered / shareOf(line)
  return Math.max(1, Math.min(mostCells, Math.ceil(size)))
}

/** Workers of a line, where all lines have as many. */
function shareOf({ workers, lines }: LineState): number {
  return Math.max(1, workers / Math.max(1, lines))
}
