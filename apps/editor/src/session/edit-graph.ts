import type { Link, NodeDescription, PortType, Workflow, WorkflowNode } from '@woolgather/workflow'
import { accepts } from '@woolgather/workflow'
import type { DocumentAction, InputRef } from '../document/actions.ts'
import { extractNodes, pasteNodes } from '../document/copy-nodes.ts'
import { lastLiteral } from '../document/history.ts'
import { inputsOf, linksInto, outputsOf } from '../document/inputs-of.ts'
import { judgeLink, type LinkVerdict } from '../document/link-rules.ts'
import { parseLinkId } from '../document/link-id.ts'
import { rollSeed } from '../document/roll-seed.ts'
import { sameLink } from '../document/reduce-document.ts'
import { makeId } from '../document/make-id.ts'
import type { Editor } from '../store/editor.ts'
import type { LooseLink, Point } from '../store/view-store.ts'

/** How far a duplicate lies from its original, in graph units. */
const copyOffset: Point = { x: 32, y: 32 }

export function presentOf(editor: Editor): Workflow {
  return editor.document.getState().history.present
}

function dispatch(editor: Editor, action: DocumentAction): void {
  editor.document.getState().dispatch(action)
}

/** Adds a node of a type, selects it, and wires it where a link was in the air. Returns its id. */
export function addNode(editor: Editor, description: NodeDescription, at: Point, link?: LooseLink): string {
  const id = makeId(description.type, new Set(Object.keys(presentOf(editor).nodes)))
  const node = makeNode(description, at)
  const add: DocumentAction = { type: 'nodes.add', nodes: { [id]: node } }
  const wire = link && wireNewNode(id, node, description, link)
  dispatch(editor, wire ? { type: 'batch', actions: [add, wire] } : add)
  editor.view.getState().select([id])
  return id
}

/** A node with its defaults left out, except seeds: a fixed one makes the next run give the same. */
function makeNode(description: NodeDescription, at: Point): WorkflowNode {
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

/** The input a value of `type` most likely belongs in: the same type before a conversion, plain before advanced. */
function bestInput<I extends { type: PortType; advanced?: boolean }>(
  inputs: readonly I[],
  type: PortType,
): I | undefined {
  const fitting = inputs.filter((input) => accepts(input.type, type))
  const plain = fitting.filter((input) => !input.advanced)
  return plain.find((input) => input.type === type) ?? plain[0] ?? fitting[0]
}

function bestOutput<O extends { type: PortType }>(outputs: readonly O[], type: PortType): O | undefined {
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
  const document = presentOf(editor)
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
  if (!verdict.ok) return editor.view.getState().notify('error', verdict.reason)
  dispatch(editor, { type: 'link.add', ...to, from, append: takesSeveral(editor, to) })
}

export function takesSeveral(editor: Editor, to: InputRef): boolean {
  const node = presentOf(editor).nodes[to.node]
  const description = node && editor.server.getState().byType.get(node.type)
  return description?.inputs.find(({ name }) => name === to.input)?.multiple === true
}

/** Takes a link away and gives the input back what was typed in it before. */
export function disconnect(editor: Editor, from: Link, to: InputRef): void {
  const restore = lastLiteral(editor.document.getState().history, to)
  dispatch(editor, { type: 'link.remove', ...to, from, restore })
}

/** Moves one end of a link elsewhere, as one step. */
export function reconnect(
  editor: Editor,
  old: { from: Link; to: InputRef },
  next: { from: Link; to: InputRef },
): void {
  const verdict = judge(editor, next.from, next.to)
  if (!verdict.ok) return editor.view.getState().notify('error', verdict.reason)
  dispatch(editor, {
    type: 'batch',
    actions: [
      { type: 'link.remove', ...old.to, from: old.from },
      { type: 'link.add', ...next.to, from: next.from, append: takesSeveral(editor, next.to) },
    ],
  })
}

export function removeSelected(editor: Editor): void {
  const { selectedNodes, selectedLinks, select } = editor.view.getState()
  const { history } = editor.document.getState()
  const links = [...selectedLinks].map(parseLinkId).filter(({ to }) => !selectedNodes.has(to.node))
  const actions: DocumentAction[] = links.map(({ from, to }) => ({
    type: 'link.remove',
    ...to,
    from,
    restore: lastLiteral(history, to),
  }))
  if (selectedNodes.size > 0) actions.push({ type: 'nodes.remove', ids: [...selectedNodes] })
  if (actions.length === 0) return
  dispatch(editor, { type: 'batch', actions })
  select([])
}

export function duplicateSelected(editor: Editor): void {
  const document = presentOf(editor)
  const copied = extractNodes(document, editor.view.getState().selectedNodes)
  if (Object.keys(copied.nodes).length === 0) return
  const { action, ids } = pasteNodes(document, copied, { offset: copyOffset, keepOuterLinks: true })
  dispatch(editor, action)
  editor.view.getState().select(ids)
}

/** The selection as text for the clipboard, or nothing when nothing is selected. */
export function copySelected(editor: Editor): string | undefined {
  const copied = extractNodes(presentOf(editor), editor.view.getState().selectedNodes)
  return Object.keys(copied.nodes).length === 0 ? undefined : JSON.stringify(copied, null, 2)
}

/** Puts copied nodes in with their upper left corner at `at`. */
export function pasteAt(editor: Editor, copied: Workflow, at: Point): void {
  const views = Object.values(copied.nodes).map((node) => node.view ?? { x: 0, y: 0 })
  const left = Math.min(...views.map(({ x }) => x))
  const top = Math.min(...views.map(({ y }) => y))
  const offset = { x: Math.round(at.x - left), y: Math.round(at.y - top) }
  const { action, ids } = pasteNodes(presentOf(editor), copied, { offset, keepOuterLinks: false })
  dispatch(editor, action)
  editor.view.getState().select(ids)
}

export function selectAll(editor: Editor): void {
  editor.view.getState().select(Object.keys(presentOf(editor).nodes))
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
  const { nodes } = presentOf(editor)
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
  const { nodes } = presentOf(editor)
  const types = editor.server.getState().byType
  return Object.entries(nodes)
    .flatMap(([id, node]) =>
      outputsOf(id, types.get(node.type), nodes).map(({ name }) => ({ node: id, port: name })),
    )
    .filter(({ node, port }) => judge(editor, [node, port], to).ok)
}
