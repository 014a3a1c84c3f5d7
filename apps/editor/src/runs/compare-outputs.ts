import type { Json, NodeDescription, OutputValue, Workflow } from '@woolgather/workflow'
import { axesOf, type Surroundings } from '../results/find-results.ts'
import { nodeAt } from '../document/scope.ts'
import { headingOf } from '../results/result-set.ts'
import type { CellRun, RunState } from '../run/run-state.ts'
import { mainOutputName, showsResult } from '../run/show-run.ts'
import { titleOf } from '../ui/describe-node.ts'

/** A run with the workflow it ran. */
export interface RunSide {
  workflow: Workflow
  run: RunState
}

/** What one node gave at one place in two runs. */
export interface OutputChange {
  node: string
  title: string
  /** Values of the axes, in words; empty where nothing is swept. */
  place: string
  before: CellOutcome
  after: CellOutcome
}

/** How a cell went: the output that says the most, or a few words where it gave none. */
export type CellOutcome = { value: OutputValue } | { words: string }

export interface OutputComparison {
  changes: OutputChange[]
  /** Places where both runs gave the same. */
  same: number
}

/** What two runs of like workflows gave otherwise: nodes that show a result, place by place. */
export function compareOutputs(
  before: RunSide,
  after: RunSide,
  types: ReadonlyMap<string, NodeDescription>,
  read: (value: OutputValue | undefined) => Json | undefined,
): OutputComparison {
  const changes: OutputChange[] = []
  let same = 0
  for (const node of shownNodes([before, after], types)) {
    const described = { node, title: titleIn([after, before], node, types) }
    for (const { at, place } of placesOf([after, before], node, types, read)) {
      const pair = { before: outcomeAt(before, node, at), after: outcomeAt(after, node, at) }
      if (JSON.stringify(pair.before) === JSON.stringify(pair.after)) same++
      else changes.push({ ...described, place, ...pair })
    }
  }
  return { changes, same }
}

/** Nodes at the top that show a result in either run, in the order of the newer workflow. */
function shownNodes(sides: RunSide[], types: ReadonlyMap<string, NodeDescription>): string[] {
  const ids = sides.toReversed().flatMap(({ workflow, run }) =>
    Object.entries(workflow.nodes)
      .filter(([id, { type }]) => showsResult(types.get(type), run.nodes[id]))
      .map(([id]) => id),
  )
  return [...new Set(ids)]
}

/** Every place where the node has a cell in one of the runs: its key, and what it is called. */
function placesOf(
  sides: RunSide[],
  node: string,
  types: ReadonlyMap<string, NodeDescription>,
  read: Surroundings['read'],
): { at: string; place: string }[] {
  const places = new Map<string, string>()
  for (const { workflow, run } of sides) {
    const cells = Object.entries(run.nodes[node]?.cells ?? {})
    const around: Surroundings = {
      nodes: workflow.nodes,
      types,
      runOf: (id) => run.nodes[id],
      makerOf: (axis) => ({ node: nodeAt(workflow, axis), run: run.nodes[axis] }),
      read,
    }
    const axes = axesOf(
      cells.slice(0, 1).map(([, cell]) => cell.at),
      around,
    )
    for (const [key, { at }] of cells) {
      const words = axes.map((axis) => `${axis.label} ${headingOf(axis, at)}`).join(' · ')
      if (!places.has(key)) places.set(key, words)
    }
  }
  return [...places].map(([at, place]) => ({ at, place }))
}

function outcomeAt({ run }: RunSide, node: string, at: string): CellOutcome {
  const cell = run.nodes[node]?.cells[at]
  return cell === undefined ? { words: 'not there' } : outcomeOf(cell)
}

function outcomeOf({ status, outputs, error, reason }: CellRun): CellOutcome {
  const value = outputs?.[mainOutputName(Object.keys(outputs)) ?? '']
  if (value !== undefined) return { value }
  return { words: error?.message ?? (reason === undefined ? status : `${status}: ${reason}`) }
}

function titleIn(sides: RunSide[], node: string, types: ReadonlyMap<string, NodeDescription>): string {
  const found = sides.find(({ workflow }) => workflow.nodes[node] !== undefined)?.workflow.nodes[node]
  return titleOf(found, types.get(found?.type ?? ''))
}
