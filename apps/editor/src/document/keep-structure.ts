import type { NodeDescription, WorkflowNode } from '@woolgather/workflow'

type Nodes = Readonly<Record<string, WorkflowNode>>
type Types = ReadonlyMap<string, NodeDescription>

const known = new WeakMap<Types, WeakMap<Nodes, Nodes>>()

/**
 * The nodes as they lie and are linked: `before` as long as only what their fields hold has changed since, so that
 * typing into one field does not touch what draws the graph. The values of its fields may be old ones.
 */
export function keepStructure(before: Nodes | undefined, now: Nodes, types: Types): Nodes {
  const found = known.get(types) ?? new WeakMap<Nodes, Nodes>()
  known.set(types, found)
  // Many ask for the same: each node that is drawn in full does.
  const kept = found.get(now) ?? compare(before, now, types)
  found.set(now, kept)
  return kept
}

function compare(before: Nodes | undefined, now: Nodes, types: Types): Nodes {
  if (before === undefined || before === now) return now
  let count = 0
  for (const id in now) {
    const [old, node] = [before[id], now[id]!]
    if (old !== node && !(old && sameStructure(old, node, types.get(node.type)))) return now
    count++
  }
  return count === Object.keys(before).length ? before : now
}

function sameStructure(a: WorkflowNode, b: WorkflowNode, description: NodeDescription | undefined): boolean {
  const { inputs: _a, ...before } = a
  const { inputs: _b, ...now } = b
  const keys = new Set([...Object.keys(before), ...Object.keys(now)]) as Set<keyof typeof now>
  return [...keys].every((key) => before[key] === now[key]) && (a.inputs === b.inputs || !shapes(description))
}

/** Whether what its fields hold decides its ports or what it belongs to: slots of a loop, its other end. */
function shapes(description: NodeDescription | undefined): boolean {
  if (description === undefined) return true
  const { dynamicInputs, dynamicOutputs, zone } = description
  return (
    (dynamicInputs !== undefined && dynamicInputs.kind !== 'placeholders') ||
    dynamicOutputs !== undefined ||
    zone !== undefined
  )
}
