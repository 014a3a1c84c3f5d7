import type { Json, Workflow } from '@woolgather/workflow'
import type { DocumentAction, InputRef } from './actions.ts'
import { reduceIn, subgraphAt } from './scope.ts'

/** Steps kept. Documents share all that did not change, so a step costs about what it changed. */
const maximumSteps = 500

/** Milliseconds within which changes of one kind to one thing (typing, dragging) are one step. */
const mergeWindow = 800

/** The document with every earlier and undone state. */
export interface History {
  past: readonly Workflow[]
  present: Workflow
  future: readonly Workflow[]
  /** What the last step changed, while it may still grow. */
  open?: { key: string; time: number } | undefined
}

export function startHistory(present: Workflow): History {
  return { past: [], present, future: [] }
}

/**
 * Applies a change to the graph at `path` (the root, or inside the subgraphs that were entered). `time` is in
 * milliseconds and decides whether it joins the step before it.
 */
export function applyAction(
  history: History,
  action: DocumentAction,
  time: number,
  path: readonly string[] = [],
): History {
  const present = reduceIn(history.present, action, subgraphAt(history.present, path))
  if (present === history.present) return history
  const key = mergeKey(action)
  const joins = key !== undefined && history.open?.key === key && time - history.open.time < mergeWindow
  const past = joins ? history.past : [...history.past, history.present].slice(-maximumSteps)
  return { past, present, future: [], open: key === undefined ? undefined : { key, time } }
}

export function undo(history: History): History {
  const present = history.past.at(-1)
  if (!present) return history
  return { past: history.past.slice(0, -1), present, future: [history.present, ...history.future] }
}

export function redo(history: History): History {
  const [present, ...future] = history.future
  if (!present) return history
  return { past: [...history.past, history.present], present, future }
}

/** Ends the step that is still growing, e.g. when a drag ends or a field loses focus. */
export function closeStep(history: History): History {
  return history.open ? { ...history, open: undefined } : history
}

/** The literal an input had before it was linked: unlinking brings it back instead of losing what was typed. */
export function lastLiteral(
  history: History,
  { node, input }: InputRef,
  path: readonly string[] = [],
): Json | undefined {
  for (let at = history.past.length - 1; at >= 0; at--) {
    const document = history.past[at]!
    const subgraph = subgraphAt(document, path)
    if (subgraph === undefined && path.length > 0) continue
    const { nodes } = subgraph === undefined ? document : document.subgraphs![subgraph]!
    const value = nodes[node]?.inputs?.[input]
    if (value !== undefined) return value
  }
  return undefined
}

function mergeKey(action: DocumentAction): string | undefined {
  switch (action.type) {
    case 'input.set':
      return `input ${action.node} ${action.input}`
    case 'nodes.move':
      return `move ${Object.keys(action.positions).sort().join(' ')}`
    case 'node.resize':
      return `resize ${action.id}`
    case 'node.title':
      return `title ${action.id}`
    case 'workflow.rename':
      return 'rename'
    case 'group.edit':
      return `group ${action.at} ${Object.keys(action.change).join(' ')}`
    case 'link.reroute':
      return `reroute ${action.node} ${action.input} ${action.points.length}`
    case 'subgraph.rename':
      return `subgraph ${action.id}`
    case 'batch':
      return action.merge
    default:
      return undefined
  }
}
