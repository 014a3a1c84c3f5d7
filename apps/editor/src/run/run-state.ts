import {
  followCanvas,
  type ChartData,
  type CanvasState,
  type CellEvent,
  type CellWorker,
  type Coordinate,
  type OutputValue,
  type RunError,
  type RunEvent,
  type RunStatus,
  type Workflow,
} from '@woolgather/workflow'

/** `stopped`: it, what it reads or its run was cancelled, or its run was lost. */
export type CellStatus = 'running' | 'finished' | 'cached' | 'failed' | 'stopped' | 'skipped'

/** One node at one coordinate. */
export interface CellRun {
  status: CellStatus
  at: Coordinate
  /** Text streamed so far. */
  text: string
  /** Of what is filled in rather than written on. */
  canvas?: CanvasState
  /** How what it does goes. */
  chart?: ChartData
  progress?: { done: number; total: number; unit: string }
  outputs?: Record<string, OutputValue>
  error?: RunError
  /** Which worker of another machine has it, or made its result. */
  by?: CellWorker
  /** Why it ran, was cached or skipped. */
  reason?: string
  /** Milliseconds since the epoch, by the worker's clock. */
  started?: number
  /** When it finished, by the same clock. */
  ended?: number
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
  /** What was run: the graph may be another by now. Absent until it is known. */
  workflow?: Workflow | undefined
  /** The nodes it was asked for, where not all. */
  targets?: readonly string[] | undefined
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

export function newRun(id: string): RunState {
  return { id, status: 'queued', nodes: {}, seeds: {}, seq: -1 }
}

export function isOver(run: RunState): boolean {
  return run.status !== 'queued' && run.status !== 'running'
}

/** A run of which nothing more will be heard. */
export function interruptRun(run: RunState): RunState {
  return { ...run, status: 'interrupted', nodes: stopRunningCells(run.nodes) }
}

/** The run after one more event. */
export function reduceRun(run: RunState, event: RunEvent): RunState {
  return applyEvents(run, [event])
}

/**
 * The run after more events. Events seen before are passed over, so replays are harmless. What they change is copied
 * once for all of them: a sweep has thousands of cells, and copying them for every event would take the square.
 */
export function applyEvents(run: RunState, events: readonly RunEvent[]): RunState {
  const edited: EditedNodes = new Map()
  let after = run
  for (const event of events) {
    if (event.run !== run.id || event.seq <= after.seq) continue
    if ('node' in event) editCell(after.nodes, edited, event)
    else after = applyRunEvent(keepEdited(after, edited), event)
    after = after === run ? { ...run } : after
    after.seq = event.seq
  }
  return keepEdited(after, edited)
}

function applyRunEvent(run: RunState, event: Exclude<RunEvent, CellEvent>): RunState {
  switch (event.type) {
    case 'run.queued':
      // One that was interrupted waits again: its end is forgotten, what it settled is not.
      return {
        ...newRun(run.id),
        workflow: run.workflow,
        targets: run.targets,
        nodes: run.nodes,
        seq: run.seq,
      }
    case 'run.started':
      return { ...run, status: 'running', seeds: event.seeds, started: event.time }
    case 'run.restarted':
      // Its cells say themselves that they begin again.
      return run
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
  }
}

function applyCellEvent(cell: CellRun, event: CellEvent): CellRun {
  const stopped = wasStopped(event)
  switch (event.type) {
    case 'cell.started':
      return {
        ...cell,
        status: 'running',
        // It may have begun before, in a worker that is gone.
        text: '',
        started: event.time,
        ...(event.reason !== undefined && { reason: event.reason }),
      }
    case 'cell.taken':
      return { ...cell, by: event.by }
    case 'cell.progress':
      return { ...cell, progress: { done: event.done, total: event.total, unit: event.unit } }
    case 'cell.token':
      return { ...cell, text: cell.text + event.text }
    case 'cell.canvas':
      return { ...cell, canvas: followCanvas(cell.canvas, event) }
    case 'cell.chart':
      return { ...cell, chart: event.chart }
    case 'cell.finished':
      return {
        ...cell,
        status: 'finished',
        outputs: event.outputs,
        ended: event.time,
        milliseconds: event.milliseconds,
      }
    case 'cell.cached':
      return { ...cell, status: 'cached', outputs: event.outputs, reason: event.reason }
    case 'cell.failed':
      // Being cancelled is no failure: whoever cancelled knows, and nothing is wrong with the node.
      return stopped ? { ...cell, status: 'stopped' } : { ...cell, status: 'failed', error: event.error }
    case 'cell.skipped':
      return { ...cell, status: stopped ? 'stopped' : 'skipped', reason: event.reason }
  }
}

/** Nodes with cells that changed: copies that may still be written to. */
type EditedNodes = Map<string, { cells: Record<string, CellRun>; latest: string }>

function editCell(nodes: RunState['nodes'], edited: EditedNodes, event: CellEvent): void {
  const key = cellKey(event.at)
  const node = edited.get(event.node) ?? { cells: { ...nodes[event.node]?.cells }, latest: key }
  edited.set(event.node, node)
  node.latest = key
  const before = node.cells[key] ?? { status: 'running', at: event.at, text: '' }
  node.cells[key] = applyCellEvent(before, event)
}

/** Whether a cell did not come out because it, or what it reads, was cancelled, or its run was lost. */
function wasStopped(event: CellEvent): boolean {
  if (event.type === 'cell.failed') return event.error.code === 'cancelled'
  if (event.type !== 'cell.skipped') return false
  return event.because === 'cancelled' || event.because === 'interrupted'
}

/** The run with what was edited in its place; nothing may be written to it afterwards. */
function keepEdited(run: RunState, edited: EditedNodes): RunState {
  if (edited.size === 0) return run
  const nodes = { ...run.nodes }
  for (const [id, node] of edited) nodes[id] = { ...node, status: summarise(node.cells) }
  edited.clear()
  return { ...run, nodes }
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
  return summariseStatuses(Object.values(cells).map((cell) => cell.status))
}

export function summariseStatuses(statuses: Iterable<CellStatus>): CellStatus {
  const present = new Set(statuses)
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
