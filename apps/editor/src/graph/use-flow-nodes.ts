import { Position, type Node, type NodeChange, type NodeHandle, type ReactFlowState } from '@xyflow/react'
import { useCallback, useMemo, useRef } from 'react'
import type { WorkflowNode } from '@woolgather/workflow'
import type { Box } from '../layout/free-place.ts'
import { outputsUsed, sketchPorts, type SketchPort } from '../node/sketch-ports.ts'
import { useEditor, useServer, useStructure, useView } from '../store/editor-context.ts'
import type { Editor } from '../store/editor.ts'
import { idsOf } from '../document/ids-of.ts'
import { isBorder } from '../document/scope.ts'
import { titleOf } from '../ui/describe-node.ts'
import { keepArray } from './keep-array.ts'
import { useBoxes, widthOf } from './use-boxes.ts'

type Nodes = Readonly<Record<string, WorkflowNode>>

interface Shown {
  source: WorkflowNode
  selected: boolean
  box: Box | undefined
  /** Not drawn in full: it is given the places of its ports, which nothing shows. */
  sketched: boolean
  label: string
}

interface Derived extends Shown {
  node: Node
}

/**
 * React Flow's nodes, derived from the document and the selection: all, or of a very large graph those that are elements
 * of the page. A node whose part did not change stays the same object, so that only what changed is drawn again.
 */
export function useFlowNodes(
  wiring: Nodes,
  isChoosing: () => Pick<ReactFlowState, 'multiSelectionActive' | 'userSelectionActive'>,
): {
  nodes: Node[]
  onNodesChange: (changes: NodeChange[]) => void
} {
  const editor = useEditor()
  const source = useStructure()
  const selected = useView((state) => state.selectedNodes)
  const types = useServer((state) => state.byType)
  const detailed = useView((state) => state.detailed)
  const shown = useView((state) => state.shown)
  const { boxes, keepSizes } = useBoxes(source)
  const large = detailed !== undefined
  const outputs = useMemo(() => (large ? outputsUsed(wiring) : undefined), [large, wiring])
  const order = useMemo(() => new Map(idsOf(wiring).map((id, at) => [id, at])), [wiring])
  const cache = useRef(new Map<string, Derived>())
  const last = useRef<Node[]>([])

  const nodes = useMemo(() => {
    const next = new Map<string, Derived>()
    const ids = shown ? inOrder(shown, order) : idsOf(source)
    for (const id of ids) {
      const node = source[id]
      if (!node) continue
      const description = types.get(node.type)
      const old = cache.current.get(id)
      const now: Shown = {
        source: node,
        selected: selected.has(id),
        box: boxes.get(id),
        sketched: detailed !== undefined && !detailed.has(id),
        label: titleOf(node, description),
      }
      const ports = now.sketched
        ? sketchPorts(node, description, outputs?.get(id) ?? [], widthOf(node))
        : undefined
      next.set(id, old && sameShown(old, now) ? old : { ...now, node: derive(id, now, ports) })
    }
    cache.current = next
    const all = [...next.values()].map(({ node }) => node)
    return (last.current = keepArray(last.current, all))
  }, [source, selected, types, boxes, detailed, shown, outputs, order])

  const onNodesChange = useCallback(
    (changes: NodeChange[]) => {
      keepSizes(changes)
      applySelection(editor, changes, isChoosing())
      applyMoves(editor, changes)
      applyResizes(editor, changes)
    },
    [editor, keepSizes, isChoosing],
  )
  return { nodes, onNodesChange }
}

/** As the document has them: what the keyboard goes to next does not depend on what was seen first. */
function inOrder(ids: Iterable<string>, order: ReadonlyMap<string, number>): string[] {
  return [...ids].sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0))
}

function sameShown(a: Shown, b: Shown): boolean {
  return (
    a.source === b.source &&
    a.selected === b.selected &&
    a.box === b.box &&
    a.sketched === b.sketched &&
    a.label === b.label
  )
}

function derive(id: string, { source, selected, box, label }: Shown, ports: SketchPort[] | undefined): Node {
  const { x = 0, y = 0 } = source.view ?? {}
  const node: Node = {
    id,
    type: isBorder(id) ? 'border' : 'card',
    position: { x, y },
    width: widthOf(source),
    selected,
    data: ports ? { ports } : {},
    draggable: source.view?.pinned !== true,
    ariaLabel: label,
  }
  if (box) node.measured = { width: box.width, height: box.height }
  if (ports) node.handles = ports.map(handleOf)
  return node
}

/** Where links meet a node that is not in the page. */
function handleOf({ name, side, x, y }: SketchPort): NodeHandle {
  const position = side === 'source' ? Position.Right : Position.Left
  return { id: name, type: side, position, x, y, width: 0, height: 0 }
}

/**
 * React Flow tells of the nodes it has. One of them that is chosen alone also ends the selection of those that are only
 * painted, of which it does not know.
 */
function applySelection(
  editor: Editor,
  changes: readonly NodeChange[],
  {
    multiSelectionActive,
    userSelectionActive,
  }: Pick<ReactFlowState, 'multiSelectionActive' | 'userSelectionActive'>,
): void {
  const choices = changes.filter((change) => change.type === 'select')
  if (choices.length === 0) return
  const { selectedNodes, selectedLinks, shown, select } = editor.front.view.getState()
  const alone = !multiSelectionActive && !userSelectionActive && choices.some(({ selected }) => selected)
  const next = new Set(alone && shown ? [...selectedNodes].filter((id) => shown.has(id)) : selectedNodes)
  for (const { id, selected } of choices) {
    if (selected) next.add(id)
    else next.delete(id)
  }
  select(next, selectedLinks)
}

function applyMoves(editor: Editor, changes: readonly NodeChange[]): void {
  const positions: Record<string, { x: number; y: number }> = {}
  for (const change of changes)
    if (change.type === 'position' && change.position)
      positions[change.id] = { x: Math.round(change.position.x), y: Math.round(change.position.y) }
  const [first] = Object.keys(positions)
  if (first === undefined) return
  takeAlong(editor, first, positions)
  editor.front.document.getState().dispatch({ type: 'nodes.move', positions })
}

/** Selected nodes that are only painted move as far as one that React Flow moves. */
function takeAlong(
  editor: Editor,
  leader: string,
  positions: Record<string, { x: number; y: number }>,
): void {
  const { selectedNodes, shown } = editor.front.view.getState()
  if (!shown || !selectedNodes.has(leader)) return
  const { nodes } = editor.front.document.getState().graph
  const before = nodes[leader]?.view
  const [dx, dy] = [positions[leader]!.x - (before?.x ?? 0), positions[leader]!.y - (before?.y ?? 0)]
  for (const id of selectedNodes) {
    const node = nodes[id]
    if (shown.has(id) || !node || node.view?.pinned === true) continue
    positions[id] = { x: (node.view?.x ?? 0) + dx, y: (node.view?.y ?? 0) + dy }
  }
}

function applyResizes(editor: Editor, changes: readonly NodeChange[]): void {
  for (const change of changes) {
    if (change.type !== 'dimensions' || !change.setAttributes || !change.dimensions) continue
    const { width, height } = change.dimensions
    const size =
      change.setAttributes === 'height' ? { height: Math.round(height) } : { width: Math.round(width) }
    editor.front.document.getState().dispatch({ type: 'node.resize', id: change.id, ...size })
  }
}
