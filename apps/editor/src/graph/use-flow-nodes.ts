import type { Node, NodeChange } from '@xyflow/react'
import { useCallback, useMemo, useRef, useState } from 'react'
import type { WorkflowNode } from '@woolgather/workflow'
import { useDocument, useEditor, useServer, useView, useWorkflow } from '../store/editor-context.ts'
import type { Editor } from '../store/editor.ts'
import { titleOf } from '../ui/describe-node.ts'

/** Width of a node that was never resized, in graph units. */
export const defaultWidth = 280

interface Size {
  width: number
  height: number
}

const noSizes: ReadonlyMap<string, Size> = new Map()

interface Derived {
  source: WorkflowNode
  selected: boolean
  size: Size | undefined
  label: string
  node: Node
}

/**
 * React Flow's nodes, derived from the document and the selection. A node whose part did not change stays the same
 * object, so that only what changed is drawn again. Sizes are React Flow's own findings, kept beside the document.
 */
export function useFlowNodes(): { nodes: Node[]; onNodesChange: (changes: NodeChange[]) => void } {
  const editor = useEditor()
  const source = useWorkflow((workflow) => workflow.nodes)
  const opening = useDocument((state) => state.opening)
  const selected = useView((state) => state.selectedNodes)
  const types = useServer((state) => state.byType)
  const [sizes, setSizes] = useState({ opening, byId: noSizes })
  const cache = useRef(new Map<string, Derived>())

  const nodes = useMemo(() => {
    // Nodes of another document may have the same ids, but not the same sizes.
    const known = sizes.opening === opening ? sizes.byId : noSizes
    const next = new Map<string, Derived>()
    for (const [id, node] of Object.entries(source)) {
      const size = known.get(id)
      const label = titleOf(node, types.get(node.type))
      const old = cache.current.get(id)
      const same =
        old?.source === node && old.selected === selected.has(id) && old.size === size && old.label === label
      next.set(id, same ? old : derive(id, node, selected.has(id), size, label))
    }
    cache.current = next
    return [...next.values()].map(({ node }) => node)
  }, [source, selected, types, opening, sizes])

  const keepSizes = useCallback(
    (changes: readonly NodeChange[]) => {
      const found = measuredIn(changes)
      if (found.length === 0) return
      setSizes((before) => ({
        opening,
        byId: new Map([...(before.opening === opening ? before.byId : noSizes), ...found]),
      }))
    },
    [opening],
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

function derive(
  id: string,
  source: WorkflowNode,
  selected: boolean,
  size: Size | undefined,
  label: string,
): Derived {
  const { x = 0, y = 0, width = defaultWidth } = source.view ?? {}
  const node: Node = { id, type: 'card', position: { x, y }, width, selected, data: {}, ariaLabel: label }
  if (size) node.measured = size
  return { source, selected, size, label, node }
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
  const { selectedNodes, selectedLinks, select } = editor.view.getState()
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
  editor.document.getState().dispatch({ type: 'nodes.move', positions: Object.fromEntries(positions) })
}

function applyResizes(editor: Editor, changes: readonly NodeChange[]): void {
  for (const change of changes)
    if (change.type === 'dimensions' && change.setAttributes !== undefined && change.dimensions)
      editor.document
        .getState()
        .dispatch({ type: 'node.resize', id: change.id, width: Math.round(change.dimensions.width) })
}
