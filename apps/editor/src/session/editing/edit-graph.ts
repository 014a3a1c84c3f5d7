import type { Json, Link, NodeDescription, PortType, Workflow, WorkflowNode } from '@woolgather/workflow'
import { accepts } from '@woolgather/workflow'
import type { DocumentAction, InputRef } from '../../document/actions.ts'
import { extractNodes, pasteNodes } from '../../document/copy-nodes.ts'
import { lastLiteral } from '../../document/history.ts'
import { inputsOf, linksInto, outputsOf } from '../../document/inputs-of.ts'
import { judgeLink, type LinkVerdict } from '../../document/link-rules.ts'
import { isBorder, newPort } from '../../document/scope.ts'
import { parseLinkId } from '../../document/link-id.ts'
import { rollSeed } from '../../document/roll-seed.ts'
import { sameLink } from '../../document/reduce-document.ts'
import { makeId } from '../../document/make-id.ts'
import type { Editor } from '../../store/editor.ts'
import { makeBorderPort } from './edit-border.ts'
import type { LooseLink } from '../../store/workbench-store.ts'
import type { Point } from '../../layout/free-place.ts'

/** How far a duplicate lies from its original, in graph units. */
const copyOffset: Point = { x: 32, y: 32 }

/** The whole workflow: what is saved, checked and run. */
export function presentOf(editor: Editor): Workflow {
  return editor.front.document.getState().history.present
}

/** The graph that is drawn and edited: the workflow, or the inside of the subgraph that was entered. */
export function graphOf(editor: Editor): Workflow {
  return editor.front.document.getState().graph
}

function dispatch(editor: Editor, action: DocumentAction): void {
  editor.front.document.getState().dispatch(action)
}

/** Adds a node of a type, selects it, and wires it where a link was in the air. Returns its id. */
export function addNode(
  editor: Editor,
  description: NodeDescription,
  at: Point,
  link?: LooseLink,
  inputs?: Record<string, Json>,
): string {
  const id = makeId(description.type, new Set(Object.keys(graphOf(editor).nodes)))
  const made = makeNode(description, at)
  const node = inputs ? { ...made, inputs: { ...made.inputs, ...inputs } } : made
  const add: DocumentAction = { type: 'nodes.add', nodes: { [id]: node } }
  const wire = link && wireNewNode(id, node, description, link)
  dispatch(editor, wire ? { type: 'batch', actions: [add, wire] } : add)
  editor.front.view.getState().select([id])
  return id
}

/** A node with its defaults left out, except seeds: a fixed one makes the next run give the same. */
export function makeNode(description: NodeDescription, at: Point): WorkflowNode {
  const view = { x: Math.round(at.x), y: Math.round(at.y) }
  const seeds = description.inputs.filter(
    ({ widget, default: set }) => widget === 'seed' && set === undefined,
  )
  if (seeds.length === 0) return { type: description.type, view }
  return {
    type: description.type,
    inputs: Object.fromEntries(seeds.map(({ name }) => [name, rollSeed()])),
    view,
  }
}

function wireNewNode(
  id: string,
  node: WorkflowNode,
  description: NodeDescription,
  link: LooseLink,
): DocumentAction | undefined {
  if (link.side === 'output') {
    const input = bestInput(inputsOf(node, description, {}), link.type)
    if (!input) return undefined
    return { type: 'link.add', node: id, input: input.name, from: link.from, append: input.multiple === true }
  }
  const output = bestOutput(description.outputs, link.type)
  if (!output) return undefined
  return { type: 'link.add', ...link.to, from: [id, output.name], append: link.append }
}

interface Fitting {
  type: PortType
  main?: boolean
  required?: boolean
  advanced?: boolean
}

/** The input a value of `type` most likely belongs in: what is meant for it, plain before advanced, then one that needs a value, its own type first. */
export function bestInput<I extends Fitting>(inputs: readonly I[], type: PortType): I | undefined {
  const worth = (input: I): number =>
    (input.main ? 8 : 0) + (input.advanced ? 0 : 4) + (input.required ? 2 : 0) + (input.type === type ? 1 : 0)
  return inputs
    .filter((input) => accepts(input.type, type))
    .reduce<I | undefined>((best, input) => (best && worth(best) >= worth(input) ? best : input), undefined)
}

export function bestOutput<O extends { type: PortType }>(
  outputs: readonly O[],
  type: PortType,
): O | undefined {
  return (
    outputs.find((output) => output.type === type) ?? outputs.find((output) => accepts(type, output.type))
  )
}

/** Whether a new node of this type could take the loose end. */
export function fitsLink(description: NodeDescription, link: LooseLink): boolean {
  return link.side === 'output'
    ? description.inputs.some((input) => accepts(input.type, link.type))
    : description.outputs.some((output) => accepts(link.type, output.type))
}

/** Judges a link between two ports of the open document. */
export function judge(editor: Editor, from: Link, to: InputRef): LinkVerdict {
  const document = graphOf(editor)
  const source = document.nodes[from[0]]
  const target = document.nodes[to.node]
  const types = editor.server.getState().byType
  if (!source || !target) return { ok: false, reason: 'That node is gone' }
  const output = outputsOf(from[0], types.get(source.type), document.nodes).find(
    ({ name }) => name === from[1],
  )
  const input = inputsOf(target, types.get(target.type), document.nodes).find(({ name }) => name === to.input)
  if (!output || !input) return { ok: false, reason: 'That port is gone' }
  return judgeLink(document, { from, fromType: output.type, to, toType: input.type })
}

export function connect(editor: Editor, from: Link, to: InputRef): void {
  const verdict = judge(editor, from, to)
  if (!verdict.ok) return editor.workbench.getState().notify('error', verdict.reason)
  dispatch(editor, linkAction(editor, from, to))
}

/** What makes a link; at the free port of a subgraph's border, a new input or output too. */
function linkAction(editor: Editor, from: Link, to: InputRef): DocumentAction {
  return (
    makeBorderPort(editor, from, to) ?? { type: 'link.add', ...to, from, append: takesSeveral(editor, to) }
  )
}

export function takesSeveral(editor: Editor, to: InputRef): boolean {
  const node = graphOf(editor).nodes[to.node]
  const description = node && editor.server.getState().byType.get(node.type)
  return description?.inputs.find(({ name }) => name === to.input)?.multiple === true
}

/** What was typed in an input before it was linked. */
function literalBefore(editor: Editor, to: InputRef): Json | undefined {
  const { history, path } = editor.front.document.getState()
  return lastLiteral(history, to, path)
}

/** Takes a link away and gives the input back what was typed in it before. */
export function disconnect(editor: Editor, from: Link, to: InputRef): void {
  const restore = literalBefore(editor, to)
  dispatch(editor, { type: 'link.remove', ...to, from, restore })
}

/** Moves one end of a link elsewhere, as one step. */
export function reconnect(
  editor: Editor,
  old: { from: Link; to: InputRef },
  next: { from: Link; to: InputRef },
): void {
  const verdict = judge(editor, next.from, next.to)
  if (!verdict.ok) return editor.workbench.getState().notify('error', verdict.reason)
  const staysAtInput = old.to.node === next.to.node && old.to.input === next.to.input
  if (staysAtInput && next.from[1] !== newPort)
    return dispatch(editor, { type: 'link.change', ...old.to, from: old.from, newFrom: next.from })
  const add = linkAction(editor, next.from, next.to)
  const restore = literalBefore(editor, old.to)
  const remove: DocumentAction = { type: 'link.remove', ...old.to, from: old.from, restore }
  dispatch(editor, { type: 'batch', actions: [remove, add] })
}

export function removeSelected(editor: Editor): void {
  const { selectedNodes: chosen, selectedLinks, select } = editor.front.view.getState()
  const selectedNodes = new Set([...chosen].filter((id) => !isBorder(id)))
  const links = [...selectedLinks].map(parseLinkId).filter(({ to }) => !selectedNodes.has(to.node))
  const actions: DocumentAction[] = links.map(({ from, to }) => ({
    type: 'link.remove',
    ...to,
    from,
    restore: literalBefore(editor, to),
  }))
  if (selectedNodes.size > 0) actions.push({ type: 'nodes.remove', ids: [...selectedNodes] })
  if (actions.length === 0) return
  dispatch(editor, { type: 'batch', actions })
  select([])
}

export function duplicateSelected(editor: Editor): void {
  const document = graphOf(editor)
  const copied = extractNodes(document, editor.front.view.getState().selectedNodes)
  if (Object.keys(copied.nodes).length === 0) return
  const { action, ids } = pasteNodes(document, copied, {
    offset: copyOffset,
    keepOuterLinks: true,
    types: editor.server.getState().byType,
  })
  dispatch(editor, action)
  editor.front.view.getState().select(ids)
}

/** The selection as text for the clipboard, or nothing when nothing is selected. */
export function copySelected(editor: Editor): string | undefined {
  const copied = extractNodes(graphOf(editor), editor.front.view.getState().selectedNodes)
  return Object.keys(copied.nodes).length === 0 ? undefined : JSON.stringify(copied, null, 2)
}

/** Puts copied nodes in with their upper left corner at `at`. */
export function pasteAt(editor: Editor, copied: Workflow, at: Point): void {
  const views = Object.values(copied.nodes).map((node) => node.view ?? { x: 0, y: 0 })
  const left = Math.min(...views.map(({ x }) => x))
  const top = Math.min(...views.map(({ y }) => y))
  const offset = { x: Math.round(at.x - left), y: Math.round(at.y - top) }
  const { action, ids } = pasteNodes(graphOf(editor), copied, {
    offset,
    keepOuterLinks: false,
    types: editor.server.getState().byType,
  })
  dispatch(editor, action)
  editor.front.view.getState().select(ids)
}

export function selectAll(editor: Editor): void {
  editor.front.view.getState().select(Object.keys(graphOf(editor).nodes))
}

/** A port that is there already and could take the other end of a link. */
export interface Partner {
  node: string
  port: string
}

/** Inputs that an output could feed, or outputs that could feed an input: what the keyboard wires to. */
export function findPartners(editor: Editor, link: LooseLink): Partner[] {
  return link.side === 'output' ? inputsFor(editor, link.from) : outputsFor(editor, link.to)
}

/** Inputs that take an output and do not have it yet, advanced ones last. */
function inputsFor(editor: Editor, from: Link): Partner[] {
  const { nodes } = graphOf(editor)
  const types = editor.server.getState().byType
  return Object.entries(nodes)
    .flatMap(([id, node]) =>
      inputsOf(node, types.get(node.type), nodes).map((input) => ({ id, node, input })),
    )
    .filter(({ node, input }) => !linksInto(node, input.name).some((link) => sameLink(link, from)))
    .filter(({ id, input }) => judge(editor, from, { node: id, input: input.name }).ok)
    .sort((a, b) => Number(a.input.advanced ?? false) - Number(b.input.advanced ?? false))
    .map(({ id, input }) => ({ node: id, port: input.name }))
}

function outputsFor(editor: Editor, to: InputRef): Partner[] {
  const { nodes } = graphOf(editor)
  const types = editor.server.getState().byType
  return Object.entries(nodes)
    .flatMap(([id, node]) =>
      outputsOf(id, types.get(node.type), nodes).map(({ name }) => ({ node: id, port: name })),
    )
    .filter(({ node, port }) => judge(editor, [node, port], to).ok)
}
