import { firstFailure } from './show-run.ts'
import { summariseStatuses, type CellRun, type NodeRun, type RunState } from './run-state.ts'

type Runs = Readonly<Record<string, NodeRun>>

interface Watched {
  run: RunState | undefined
  previous: Runs
}

/** What instance paths begin with inside the subgraph that is reached through these nodes. */
export function prefixOf(path: readonly string[]): string {
  return path.map((step) => `${step}/`).join('')
}

const seen = new WeakMap<Watched, { prefix: string; state: Watched }>()

/** A run as one graph of the workflow sees it: its own nodes by their ids, each subgraph in it as one node. */
export function lookIntoRun<S extends Watched>(state: S, prefix: string): S {
  const known = seen.get(state)
  if (known?.prefix === prefix) return known.state as S
  const nodes = state.run && lookInto(state.run.nodes, prefix)
  const previous = lookInto(state.previous, prefix)
  const same = nodes === state.run?.nodes && previous === state.previous
  const scoped = same ? state : { ...state, previous, ...(state.run && { run: { ...state.run, nodes } }) }
  seen.set(state, { prefix, state: scoped })
  return scoped
}

const looked = new WeakMap<Runs, { prefix: string; runs: Runs }>()

function lookInto(runs: Runs, prefix: string): Runs {
  const known = looked.get(runs)
  if (known?.prefix === prefix) return known.runs
  const scoped = prefix === '' && !hasSubgraphs(runs) ? runs : scope(runs, prefix)
  looked.set(runs, { prefix, runs: scoped })
  return scoped
}

function hasSubgraphs(runs: Runs): boolean {
  for (const path in runs) if (path.includes('/')) return true
  return false
}

function scope(runs: Runs, prefix: string): Runs {
  const own: Record<string, NodeRun> = {}
  const inner = new Map<string, NodeRun[]>()
  for (const [path, run] of Object.entries(runs)) {
    if (!path.startsWith(prefix)) continue
    const [id = '', ...deeper] = path.slice(prefix.length).split('/')
    if (deeper.length === 0) own[id] = run
    else inner.set(id, [...(inner.get(id) ?? []), run])
  }
  for (const [id, nodes] of inner) own[id] ??= asOneNode(nodes)
  return own
}

/** The nodes of a subgraph as one: their status, from the first start to the last end, the first thing that failed. */
function asOneNode(nodes: readonly NodeRun[]): NodeRun {
  const cells = nodes.flatMap((node) => Object.values(node.cells))
  const status = summariseStatuses(nodes.map((node) => node.status))
  const started = Math.min(...cells.flatMap((cell) => cell.started ?? []))
  const ended = Math.max(...cells.flatMap((cell) => cell.ended ?? []))
  const error = nodes.map(firstFailure).find((found) => found !== undefined)
  const cell: CellRun = { status, at: {}, text: '' }
  if (Number.isFinite(started)) cell.started = started
  if (status !== 'running' && Number.isFinite(ended)) {
    cell.ended = ended
    cell.milliseconds = Math.max(0, ended - started)
  }
  if (error) cell.error = error
  return { status, cells: { '': cell }, latest: '' }
}
