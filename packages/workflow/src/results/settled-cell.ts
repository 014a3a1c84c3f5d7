import type { Coordinate, OutputValue, RunEvent } from '../events/events.ts'
import type { RunError } from '../issues/issues.ts'

/**
 * A cell that has ended: what it gave, or why it gave nothing. `Value` is what its outputs are: as events carry them, or
 * as JSON where long ones were fetched.
 */
export type SettledCell<Value = OutputValue> = { node: string; at: Coordinate } & (
  { outputs: Record<string, Value> } | { error: RunError } | { skipped: string }
)

/** One that ended by itself: it was not skipped because of something else. */
export type RanCell<Value = OutputValue> = Exclude<SettledCell<Value>, { skipped: unknown }>

/** Cells by the instance path of their node, in the order in which they ended. */
export type SettledCells = ReadonlyMap<string, readonly SettledCell[]>

/** Gathers the cells that end with events, one event after another. */
export function gatherSettled(): { cells: SettledCells; add(event: RunEvent): void } {
  const cells = new Map<string, SettledCell[]>()
  return {
    cells,
    add(event) {
      const cell = settledCell(event)
      if (cell === undefined) return
      const known = cells.get(cell.node)
      if (known === undefined) cells.set(cell.node, [cell])
      else known.push(cell)
    },
  }
}

/** The cell that ended with an event; undefined where none did. */
export function settledCell(event: RunEvent): SettledCell | undefined {
  if (!('node' in event)) return undefined
  switch (event.type) {
    case 'cell.started':
    case 'cell.taken':
    case 'cell.progress':
    case 'cell.token':
    case 'cell.canvas':
    case 'cell.chart':
      return undefined
    case 'cell.finished':
    case 'cell.cached':
      return { node: event.node, at: event.at, outputs: event.outputs }
    case 'cell.failed':
      return { node: event.node, at: event.at, error: event.error }
    case 'cell.skipped':
      return { node: event.node, at: event.at, skipped: event.reason }
    default:
      // Nothing that a later version tells.
      return void (event satisfies never)
  }
}
