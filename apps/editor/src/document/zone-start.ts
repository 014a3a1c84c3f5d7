import type { NodeDescription, WorkflowNode } from '@woolgather/workflow'

/** The node that begins the loop which this one ends. */
export function zoneStartOf(
  node: WorkflowNode,
  description: NodeDescription | undefined,
): string | undefined {
  const name = zoneInput(description)
  const start = name === undefined ? undefined : node.inputs?.[name]
  return typeof start === 'string' ? start : undefined
}

/** The end of a loop names its start: where nodes get new ids, it has to follow. */
export function renameZoneStart(
  node: WorkflowNode,
  description: NodeDescription | undefined,
  ids: ReadonlyMap<string, string>,
): WorkflowNode {
  const start = zoneStartOf(node, description)
  const next = start === undefined ? undefined : ids.get(start)
  const name = zoneInput(description)
  return next === undefined || name === undefined
    ? node
    : { ...node, inputs: { ...node.inputs, [name]: next } }
}

function zoneInput(description: NodeDescription | undefined): string | undefined {
  return description?.zone === 'end' ? description.dynamicInputs?.from : undefined
}
