import type { NodeDescription, WorkflowNode } from '@woolgather/workflow'
import { linksInto } from '../document/inputs-of.ts'

/** Where a link begins or ends at a node that is not drawn in full, from its upper left corner, in graph units. */
export interface SketchPort {
  name: string
  side: 'source' | 'target'
  x: number
  y: number
}

type Nodes = Readonly<Record<string, WorkflowNode>>

/** Where ports of a node that is not drawn in full roughly are, in graph units: under the header, a line each. */
const firstPort = 52
const line = 24

/** The outputs of each node that something is linked from. */
export function outputsUsed(nodes: Nodes): ReadonlyMap<string, readonly string[]> {
  const used = new Map<string, string[]>()
  for (const node of Object.values(nodes))
    for (const input of Object.keys(node.links ?? {}))
      for (const [from, output] of linksInto(node, input)) {
        const known = used.get(from)
        if (!known) used.set(from, [output])
        else if (!known.includes(output)) known.push(output)
      }
  return used
}

/** The ports that links of a sketched node begin and end at. */
export function sketchPorts(
  node: WorkflowNode,
  description: NodeDescription | undefined,
  outputs: readonly string[],
  width: number,
): SketchPort[] {
  return [
    ...Object.keys(node.links ?? {}).map((name, at) => ({
      name,
      side: 'target' as const,
      x: 0,
      y: portHeight(node, description?.inputs, name, at),
    })),
    ...outputs.map((name, at) => ({
      name,
      side: 'source' as const,
      x: width,
      y: portHeight(node, description?.outputs, name, at),
    })),
  ]
}

/** How far under the top of a node a port roughly is. `otherwise`: its place in the list where the type has no such port. */
export function portHeight(
  node: WorkflowNode,
  ports: readonly { name: string }[] | undefined,
  name: string,
  otherwise: number,
): number {
  if (node.view?.collapsed) return line / 2
  const at = ports?.findIndex((port) => port.name === name) ?? -1
  return firstPort + Math.min(at < 0 ? otherwise : at, 20) * line
}
