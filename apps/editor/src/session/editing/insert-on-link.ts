import { accepts, type Link, type NodeDescription, type PortType } from '@woolgather/workflow'
import type { DocumentAction, InputRef } from '../../document/actions.ts'
import { inputsOf, linkedFrom, outputsOf } from '../../document/inputs-of.ts'
import { makeId } from '../../document/make-id.ts'
import { isBorder } from '../../document/scope.ts'
import type { Editor } from '../../store/editor.ts'
import type { WholeLink } from '../../store/workbench-store.ts'
import type { Point } from '../../layout/free-place.ts'
import type { Surroundings } from '../../layout/free-place-in.ts'
import { placeOnGraph, pointerOnGraph } from './open-search.ts'
import { bestInput, bestOutput, graphOf, makeNode } from './edit-graph.ts'

/** A link of the open graph with the types at its ends; undefined where it is gone. */
export function readLink(editor: Editor, { from, to }: { from: Link; to: InputRef }): WholeLink | undefined {
  const { nodes } = graphOf(editor)
  const types = editor.server.getState().byType
  const target = nodes[to.node]
  const source = nodes[from[0]]
  if (!target || !source) return undefined
  const typeOf = (ports: readonly { name: string; type: PortType }[], name: string): PortType =>
    ports.find((port) => port.name === name)?.type ?? 'any'
  return {
    from,
    to,
    fromType: typeOf(outputsOf(from[0], types.get(source.type), nodes), from[1]),
    toType: typeOf(inputsOf(target, types.get(target.type), nodes), to.input),
  }
}

/** Whether a node of this type can stand on the link: it takes what comes and gives what is needed. */
export function fitsBetween(description: NodeDescription, { fromType, toType }: WholeLink): boolean {
  return (
    description.inputs.some((input) => accepts(input.type, fromType)) &&
    description.outputs.some((output) => accepts(toType, output.type))
  )
}

/** Makes a node on a link. Returns its id. */
export function insertNew(editor: Editor, link: WholeLink, description: NodeDescription, at: Point): string {
  const id = makeId(description.type, new Set(Object.keys(graphOf(editor).nodes)))
  const node = makeNode(description, at)
  const wires = wire(id, link, inputsOf(node, description, {}), description.outputs)
  editor.front.document.getState().dispatch({
    type: 'batch',
    actions: [{ type: 'nodes.add', nodes: { [id]: node } }, ...wires],
  })
  editor.front.view.getState().select([id])
  return id
}

/** Whether a node that is there could be put on a link: one that nothing is linked to yet. */
export function canInsert(editor: Editor, id: string, link: WholeLink): boolean {
  const { nodes } = graphOf(editor)
  const node = nodes[id]
  const description = editor.server.getState().byType.get(node?.type ?? '')
  return description !== undefined && !isBorder(id) && fitsBetween(description, link) && isLoose(editor, id)
}

/** Whether nothing is linked to a node, and it to nothing. */
export function isLoose(editor: Editor, id: string): boolean {
  const { nodes } = graphOf(editor)
  return Object.keys(nodes[id]?.links ?? {}).length === 0 && !linkedFrom(nodes).has(id)
}

/** Leads a link through a node that is there, in the step in which it was moved onto the link. */
export function insertExisting(editor: Editor, id: string, link: WholeLink): void {
  const { nodes } = graphOf(editor)
  const node = nodes[id]
  const description = editor.server.getState().byType.get(node?.type ?? '')
  if (!node || !description) return
  const wires = wire(id, link, inputsOf(node, description, nodes), outputsOf(id, description, nodes))
  editor.front.document.getState().dispatch({ type: 'batch', actions: wires })
}

function wire(
  id: string,
  { from, to, fromType, toType }: WholeLink,
  inputs: readonly { name: string; type: PortType; advanced?: boolean; main?: boolean; multiple?: boolean }[],
  outputs: readonly { name: string; type: PortType }[],
): DocumentAction[] {
  const input = bestInput(inputs, fromType)
  const output = bestOutput(outputs, toType)
  if (!input || !output) return []
  return [
    { type: 'link.add', node: id, input: input.name, from, append: input.multiple === true },
    { type: 'link.change', ...to, from, newFrom: [id, output.name] },
  ]
}

/** Opens the list of what can stand on a link; the new node goes where the link is. */
export function insertAtPointer(editor: Editor, flow: Surroundings, between: WholeLink): void {
  const screen = placeOnGraph()
  const { boxes } = editor.front.view.getState()
  const ends = [between.from[0], between.to.node].flatMap((id) => boxes.get(id) ?? [])
  const middle = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const at = pointerOnGraph()
    ? flow.screenToFlowPosition(screen)
    : {
        x: middle(ends.map(({ x }) => x)),
        y: middle(ends.map(({ y }) => y)) + 40,
      }
  editor.workbench.setState({ search: { screen, at: { x: at.x - 100, y: at.y - 20 }, between } })
}
