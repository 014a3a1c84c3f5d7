import { subgraphOf } from '../document/scope.ts'
import type { Editor } from '../store/editor.ts'

/** Draws the inside of a node that stands for a subgraph. */
export function enterSubgraph(editor: Editor, node: string): void {
  const { graph, path } = editor.document.getState()
  if (subgraphOf(graph.nodes[node]) !== undefined) goToGraph(editor, [...path, node])
}

/** Goes one graph out, and shows the node that was left. */
export function leaveSubgraph(editor: Editor): void {
  const { path } = editor.document.getState()
  const left = path.at(-1)
  if (left === undefined) return
  editor.view.setState({ revealing: { id: left } })
  goToGraph(editor, path.slice(0, -1))
}

/** Draws the graph that is reached through these nodes, outermost first. */
export function goToGraph(editor: Editor, path: readonly string[]): void {
  editor.view.getState().select([])
  editor.view.setState({ results: undefined })
  editor.document.getState().enter(path)
}
