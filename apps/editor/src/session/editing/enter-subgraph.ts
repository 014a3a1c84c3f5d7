import { subgraphOf } from '../../document/scope.ts'
import type { Editor } from '../../store/editor.ts'

/** Draws the inside of a node that stands for a subgraph. */
export function enterSubgraph(editor: Editor, node: string): void {
  const { graph, path } = editor.front.document.getState()
  if (subgraphOf(graph.nodes[node]) !== undefined) goToGraph(editor, [...path, node])
}

/** Goes one graph out, and shows the node that was left. */
export function leaveSubgraph(editor: Editor): void {
  const { path } = editor.front.document.getState()
  const left = path.at(-1)
  if (left === undefined) return
  editor.front.view.setState({ revealing: { id: left } })
  goToGraph(editor, path.slice(0, -1))
}

/** Draws the graph that is reached through these nodes, outermost first. */
export function goToGraph(editor: Editor, path: readonly string[]): void {
  editor.front.view.getState().select([])
  editor.front.view.setState({ results: undefined })
  editor.front.document.getState().enter(path)
}
