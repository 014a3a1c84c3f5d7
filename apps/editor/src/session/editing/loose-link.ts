import { inputsOf, outputsOf } from '../../document/inputs-of.ts'
import { graphOf, takesSeveral } from './edit-graph.ts'
import type { Editor } from '../../store/editor.ts'
import type { LooseLink } from '../../store/workbench-store.ts'

/** The link that begins at a port, with its type. */
export function looseLinkAt(
  editor: Editor,
  node: string | null,
  port: string | null,
  handle: 'source' | 'target' | null,
): LooseLink | undefined {
  const { nodes } = graphOf(editor)
  const found = node === null ? undefined : nodes[node]
  if (!found || node === null || port === null) return undefined
  const description = editor.server.getState().byType.get(found.type)
  if (handle === 'source') {
    const type = outputsOf(node, description, nodes).find(({ name }) => name === port)?.type ?? 'any'
    return { side: 'output', from: [node, port], type }
  }
  const to = { node, input: port }
  const type = inputsOf(found, description, nodes).find(({ name }) => name === port)?.type ?? 'any'
  return { side: 'input', to, type, append: takesSeveral(editor, to) }
}
