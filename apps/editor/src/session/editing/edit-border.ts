import type { Link } from '@woolgather/workflow'
import type { DocumentAction, InputRef } from '../../document/actions.ts'
import { inputsOf, outputsOf } from '../../document/inputs-of.ts'
import { inputsNode, newPort, outputsNode, subgraphAt } from '../../document/scope.ts'
import type { Editor } from '../../store/editor.ts'

/** Where a link touches the free port of a subgraph's border: what makes the new input or output, linked. */
export function makeBorderPort(editor: Editor, from: Link, to: InputRef): DocumentAction | undefined {
  const { history, path, graph } = editor.front.document.getState()
  const id = subgraphAt(history.present, path)
  const subgraph = id === undefined ? undefined : history.present.subgraphs?.[id]
  if (id === undefined || !subgraph) return undefined
  const types = editor.server.getState().byType
  if (from[0] === inputsNode && from[1] === newPort) {
    const node = graph.nodes[to.node]
    const input =
      node && inputsOf(node, types.get(node.type), graph.nodes).find(({ name }) => name === to.input)
    const name = freeName(to.node === outputsNode ? 'input' : to.input, subgraph.inputs)
    const link = makeBorderPort(editor, [inputsNode, name], to)
    return {
      type: 'batch',
      actions: [
        {
          type: 'subgraph.addInput',
          id,
          name,
          port: input?.type ?? 'any',
          value: node?.inputs?.[to.input],
        },
        link ?? {
          type: 'link.add',
          ...to,
          from: [inputsNode, name],
          append: input?.multiple === true,
        },
      ],
    }
  }
  if (to.node !== outputsNode || to.input !== newPort) return undefined
  const source = graph.nodes[from[0]]
  const output = outputsOf(from[0], types.get(source?.type ?? ''), graph.nodes).find(
    ({ name }) => name === from[1],
  )
  const name = freeName(from[1], subgraph.outputs)
  return { type: 'subgraph.addOutput', id, name, port: output?.type ?? 'any', from }
}

function freeName(wanted: string, ports: readonly { name: string }[]): string {
  const taken = new Set(ports.map(({ name }) => name))
  if (!taken.has(wanted)) return wanted
  for (let n = 2; ; n++) if (!taken.has(`${wanted} ${n}`)) return `${wanted} ${n}`
}
