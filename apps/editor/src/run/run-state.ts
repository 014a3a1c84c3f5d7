import type { OutputValue, RunError, RunEvent, RunStatus } from '@woolgather/workflow'

/** `stopped`: was running when its run was cancelled or lost. */
export type CellStatus = 'running' | 'finished' | 'cached' | 'failed' | 'stopped' | 'skipped'

/** One node at one coordinate. */
export interface CellRun {
  status: CellStatus
  /** Text streamed so far. */
  text: string
  progress?: { done: number; total: number; unit: string }
  outputs?: Record<string, OutputValue>
  error?: RunError
  /** Why it was cached or skipped. */
  reason?: string
  /** Milliseconds since the epoch, by the worker's clock. */
  started?: number
  milliseconds?: number
}

/** One node of a run, over all its cells. */
export interface NodeRun {
  status: CellStatus
  cells: Readonly<Record<string, CellRun>>
  /** Key of the cell that changed last: the one to show where there is room for one. */
  latest: string
}

/** What is known of one run, from its events alone. */
export interface RunState {
  id: string
  status: 'queued' | 'running' | RunStatus
  nodes: Readonly<Record<string, NodeRun>>
  /** Seeds drawn for nodes without one. */
  seeds: Readonly<Record<string, number>>
  /** Cells settled, of those known so far. */
  progress?: { done: number; total: number }
  started?: number
  finished?: number
  error?: RunError
  /** Number of the last event applied; −1 before the first. */
  seq: number
}

export function startRun(id: string): RunState {
  return { id, status: 'queued', nodes: {}, seeds: {}, seq: -1 }
}

export function isOver(run: RunState): boolean {
  return run.status !== 'queued' && run.status !== 'running'
}

/** A run of which nothing more will be heard. */
export function interruptRun(run: RunState): RunState {
  return { ...run, status: 'interrupted', nodes: stopRunningCells(run.nodes) }
}

/** The run after one more event. Events seen before are passed over, so replays are harmless. */
export function reduceRun(run: RunState, event: RunEvent): RunState {
  if (event.run !== run.id || event.seq <= run.seq) return run
  return { ...applyEvent(run, event), seq: event.seq }
}

function applyEvent(run: RunState, event: RunEvent): RunState {
  switch (event.type) {
    case 'run.queued':
      return run
    case 'run.started':
      return { ...run, status: 'running', seeds: event.seeds, started: event.time }
    case 'run.progress':
      return { ...run, progress: { done: event.done, total: event.total } }
    case 'run.finished':
      return {
        ...run,
        status: event.status,
        nodes: stopRunningCells(run.nodes),
        finished: event.time,
        ...(event.error && { error: event.error }),
      }
    case 'cell.started':
      return editCell(run, event, (cell) => ({ ...cell, status: 'running', started: event.time }))
    case 'cell.progress': {
      const { done, total, unit } = event
      return editCell(run, event, (cell) => ({ ...cell, progress: { done, total, unit } }))
    }
    case 'cell.token':
      return editCell(run, event, (cell) => ({ ...cell, text: cell.text + event.text }))
    case 'cell.finished': {
      const { outputs, milliseconds } = event
      return editCell(run, event, (cell) => ({ ...cell, status: 'finished', outputs, milliseconds }))
    }
    case 'cell.cached': {
      const { outputs, reason } = event
      return editCell(run, event, (cell) => ({ ...cell, status: 'cached', outputs, reason }))
    }
    case 'cell.failed':
      return editCell(run, event, (cell) => ({ ...cell, status: 'failed', error: event.error }))
    case 'cell.skipped':
      return editCell(run, event, (cell) => ({ ...cell, status: 'skipped', reason: event.reason }))
  }
}

type CellEvent = Extract<RunEvent, { node: string }>

function editCell(run: RunState, event: CellEvent, edit: (cell: CellRun) => CellRun): RunState {
  const key = cellKey(event.at)
  const node = run.nodes[event.node]
  const before: CellRun = node?.cells[key] ?? { status: 'running', text: '' }
  const cells = { ...node?.cells, [key]: edit(before) }
  return { ...run, nodes: { ...run.nodes, [event.node]: { status: summarise(cells), cells, latest: key } } }
}

/** A coordinate as text, the same whatever the order of its axes; empty where nothing is swept. */
export function cellKey(at: Record<string, number>): string {
  return Object.keys(at)
    .sort()
    .map((axis) => `${axis}=${at[axis]}`)
    .join(' ')
}

/** What a whole node shows: work going on first, then what went wrong, then what came out. */
function summarise(cells: Record<string, CellRun>): CellStatus {
  const present = new Set(Object.values(cells).map((cell) => cell.status))
  const order: CellStatus[] = ['running', 'failed', 'stopped', 'finished', 'cached', 'skipped']
  return order.find((status) => present.has(status)) ?? 'skipped'
}

/** A run that ended leaves nothing running: cells in flight when it was cancelled or lost keep their text. */
function stopRunningCells(nodes: RunState['nodes']): RunState['nodes'] {
  const stopped = Object.entries(nodes).map(([id, node]): [string, NodeRun] => {
    if (node.status !== 'running') return [id, node]
    const cells = Object.entries(node.cells).map(([key, cell]): [string, CellRun] => [
      key,
      cell.status === 'running' ? { ...cell, status: 'stopped' } : cell,
    ])
    const settled = Object.fromEntries(cells)
    return [id, { ...node, cells: settled, status: summarise(settled) }]
  })
  return Object.fromEntries(stopped)
}
