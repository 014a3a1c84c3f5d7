import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js'
import ELK from 'elkjs/lib/elk-api.js'
import ElkWorker from 'elkjs/lib/elk-worker.min.js?worker'
import type { WorkflowNode } from '@woolgather/workflow'
import type { Boxes, Places } from './align-nodes.ts'
import { linksInto } from '../document/inputs-of.ts'

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.spacing.nodeNode': '48',
  'elk.layered.spacing.nodeNodeBetweenLayers': '100',
  'elk.spacing.componentComponent': '80',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
  // Ties are broken by the order of the document, so that the same graph is laid out the same way.
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
}

/**
 * Places for nodes of a graph, in layers from left to right along their links; the corner of their common box stays.
 * ELK works in a thread of its own, so that a large graph does not stop the page.
 */
export async function layOutNodes(nodes: Record<string, WorkflowNode>, boxes: Boxes): Promise<Places> {
  const elk = new ELK({ workerFactory: () => new ElkWorker() })
  try {
    const root: ElkNode = {
      id: '$root',
      layoutOptions: options,
      children: childrenOf(boxes),
      edges: edgesOf(nodes, boxes),
    }
    const { children = [] } = await elk.layout(root)
    const corner = cornerOf(Object.values(boxes))
    const origin = cornerOf(children.map(({ x = 0, y = 0 }) => ({ x, y })))
    return Object.fromEntries(
      children.map(({ id, x = 0, y = 0 }) => [
        id,
        { x: Math.round(x - origin.x + corner.x), y: Math.round(y - origin.y + corner.y) },
      ]),
    )
  } finally {
    elk.terminateWorker()
  }
}

function childrenOf(boxes: Boxes): ElkNode[] {
  return Object.entries(boxes)
    .sort(([, a], [, b]) => a.y - b.y || a.x - b.x)
    .map(([id, { width, height }]) => ({ id, width, height }))
}

function edgesOf(nodes: Record<string, WorkflowNode>, boxes: Boxes): ElkExtendedEdge[] {
  return Object.keys(boxes).flatMap((target) =>
    Object.keys(nodes[target]?.links ?? {}).flatMap((input) =>
      linksInto(nodes[target]!, input)
        .filter(([source]) => boxes[source])
        .map(([source], at) => ({ id: `${target} ${input} ${at}`, sources: [source], targets: [target] })),
    ),
  )
}

function cornerOf(places: readonly { x: number; y: number }[]): { x: number; y: number } {
  return { x: Math.min(...places.map(({ x }) => x)), y: Math.min(...places.map(({ y }) => y)) }
}
