import type { Link, Workflow, WorkflowNode } from '@woolgather/workflow'
import type { DocumentAction } from './actions.ts'
import { isSingle } from './inputs-of.ts'
import { makeCopyIds } from './make-id.ts'

/** The chosen nodes as a workflow of their own: what the clipboard holds, in the one format there is. */
export function extractNodes(document: Workflow, ids: ReadonlySet<string>): Workflow {
  const nodes = Object.entries(document.nodes).filter(([id]) => ids.has(id))
  return { format: 'woolgather', version: 1, name: document.name, nodes: Object.fromEntries(nodes) }
}

export interface PasteOptions {
  /** How far the copies lie from the originals, in graph units. */
  offset: { x: number; y: number }
  /** Keep links from nodes that are not copied, where the document has them (duplicate). */
  keepOuterLinks: boolean
}

/** The action that puts copies into a document, with ids of their own and the links between them intact. */
export function pasteNodes(
  document: Workflow,
  copied: Workflow,
  options: PasteOptions,
): { action: DocumentAction; ids: string[] } {
  const ids = makeCopyIds(Object.keys(copied.nodes), new Set(Object.keys(document.nodes)))
  const move = (link: Link): Link | undefined => {
    const inner = ids.get(link[0])
    if (inner !== undefined) return [inner, link[1]]
    return options.keepOuterLinks && document.nodes[link[0]] ? link : undefined
  }
  const nodes = Object.entries(copied.nodes).map(([id, node]) => [
    ids.get(id) as string,
    copyNode(node, options.offset, move),
  ])
  return { action: { type: 'nodes.add', nodes: Object.fromEntries(nodes) }, ids: [...ids.values()] }
}

function copyNode(
  node: WorkflowNode,
  offset: { x: number; y: number },
  move: (link: Link) => Link | undefined,
): WorkflowNode {
  const view = { ...node.view, x: (node.view?.x ?? 0) + offset.x, y: (node.view?.y ?? 0) + offset.y }
  if (!node.links) return { ...node, view }
  const links: Record<string, Link | Link[]> = {}
  for (const [input, value] of Object.entries(node.links)) {
    const moved = isSingle(value) ? move(value) : value.flatMap((link) => move(link) ?? [])
    if (moved !== undefined && moved.length > 0) links[input] = moved as Link | Link[]
  }
  return { ...node, view, links }
}
