import { Position, type Node, type NodeChange, type NodeHandle } from '@xyflow/react'
import { useCallback, useMemo, useRef, useState } from 'react'
import type { NodeDescription, WorkflowNode } from '@woolgather/workflow'
import { defaultWidth, estimateHeight } from '../layout/arrange-nodes.ts'
import { outputsUsed, sketchPorts, type SketchPort } from '../node/sketch-ports.ts'
import { useEditor, useScene, useServer, useStructure, useView } from '../store/editor-context.ts'
import type { Editor } from '../store/editor.ts'
import { isBorder } from '../document/scope.ts'
import { titleOf } from '../ui/describe-node.ts'
import { keepArray } from './keep-array.ts'

interface Size {
  width: number
  height: number
}

const noSizes: ReadonlyMap<string, Size> = new Map()

interface Shown {
  source: WorkflowNode
  selected: boolean
  /** As it was measured, or for one that was never drawn in full, as it will roughly be. */
  size: Size | undefined
  /** Not drawn in full: it is given the places of its ports, which nothing shows. */
  sketched: boolean
  label: string
}

interface Derived extends Shown {
  node: Node
}

/**
 * React Flow's nodes, derived from the document and the selection. A node whose part did not change stays the same
 * object, so that only what changed is drawn again. Sizes are React Flow's own findings, kept beside the document.
 */
export function useFlowNodes(): { nodes: Node[]; onNodesChange: (changes: NodeChange[]) => void } {
  const editor = useEditor()
  const source = useStructure()
  const scene = useScene()
  const selected = useView((state) => state.selectedNodes)
  const types = useServer((state) => state.byType)
  const detailed = useView((state) => state.detailed)
  const [sizes, setSizes] = useState({ scene, byId: noSizes })
  const cache = useRef(new Map<string, Derived>())
  const last = useRef<Node[]>([])

  const nodes = useMemo(() => {
    // Nodes of another graph may have the same ids, but not the same sizes.
    const known = sizes.scene === scene ? sizes.byId : noSizes
    const outputs = detailed ? outputsUsed(source) : undefined
    const next = new Map<string, Derived>()
    for (const [id, node] of Object.entries(source)) {
      const description = types.get(node.type)
      const old = cache.current.get(id)
      const measured = known.get(id)
      const shown: Shown = {
        source: node,
        selected: selected.has(id),
        size: measured ?? (detailed ? (sameNode(old, node) ?? estimateSize(node, description)) : undefined),
        sketched: detailed !== undefined && !detailed.has(id),
        label: titleOf(node, description),
      }
      const ports = shown.sketched
        ? sketchPorts(node, description, outputs?.get(id) ?? [], widthOf(node))
        : undefined
      next.set(id, old && sameShown(old, shown) ? old : { ...shown, node: derive(id, shown, ports) })
    }
    cache.current = next
    const all = [...next.values()].map(({ node }) => node)
    return (last.current = keepArray(last.current, all))
  }, [source, selected, types, scene, sizes, detailed])

  const keepSizes = useCallback(
    (changes: readonly NodeChange[]) => {
      const found = measuredIn(changes)
      if (found.length === 0) return
      setSizes((before) => ({
        scene,
        byId: new Map([...(before.scene === scene ? before.byId : noSizes), ...found]),
      }))
    },
    [scene],
  )

  const onNodesChange = useCallback(
    (changes: NodeChange[]) => {
      keepSizes(changes)
      applySelection(editor, changes)
      applyMoves(editor, changes)
      applyResizes(editor, changes)
    },
    [editor, keepSizes],
  )
  return { nodes, onNodesChange }
}

function sameShown(a: Shown, b: Shown): boolean {
  return (
    a.source === b.source &&
    a.selected === b.selected &&
    a.size === b.size &&
    a.sketched === b.sketched &&
    a.label === b.label
  )
}

/** The size a node had, where it did not change: an estimate stays the same object. */
function sameNode(old: Derived | undefined, node: WorkflowNode): Size | undefined {
  return old?.source === node ? old.size : undefined
}

function widthOf({ view }: WorkflowNode): number {
  return view?.width ?? defaultWidth
}

/** A folded node is as high as its header, in graph units. */
const foldedHeight = 36

function estimateSize(node: WorkflowNode, description: NodeDescription | undefined): Size {
  const height = node.view?.collapsed ? foldedHeight : Math.round(estimateHeight(node, description))
  return { width: widthOf(node), height }
}

function derive(id: string, { source, selected, size, label }: Shown, ports: SketchPort[] | undefined): Node {
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
  if (size) node.measured = size
  if (ports) node.handles = ports.map(handleOf)
  return node
}

/** Where links meet a node that is not in the page. */
function handleOf({ name, side, x, y }: SketchPort): NodeHandle {
  const position = side === 'source' ? Position.Right : Position.Left
  return { id: name, type: side, position, x, y, width: 0, height: 0 }
}

/** The sizes React Flow found this time, by node. */
function measuredIn(changes: readonly NodeChange[]): [string, Size][] {
  return changes.flatMap((change) =>
    change.type === 'dimensions' && change.dimensions ? [[change.id, change.dimensions]] : [],
  )
}

function applySelection(editor: Editor, changes: readonly NodeChange[]): void {
  const choices = changes.filter((change) => change.type === 'select')
  if (choices.length === 0) return
  const { selectedNodes, selectedLinks, select } = editor.front.view.getState()
  const next = new Set(selectedNodes)
  for (const { id, selected } of choices) {
    if (selected) next.add(id)
    else next.delete(id)
  }
  select(next, selectedLinks)
}

function applyMoves(editor: Editor, changes: readonly NodeChange[]): void {
  const moves = changes.flatMap((change) => (change.type === 'position' && change.position ? [change] : []))
  if (moves.length === 0) return
  const positions = moves.map(({ id, position }) => [
    id,
    { x: Math.round(position!.x), y: Math.round(position!.y) },
  ])
  editor.front.document.getState().dispatch({ type: 'nodes.move', positions: Object.fromEntries(positions) })
}

function applyResizes(editor: Editor, changes: readonly NodeChange[]): void {
  for (const change of changes)
    if (change.type === 'dimensions' && change.setAttributes !== undefined && change.dimensions)
      editor.front.document
        .getState()
        .dispatch({ type: 'node.resize', id: change.id, width: Math.round(change.dimensions.width) })
}
