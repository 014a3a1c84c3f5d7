import type { NodeChange } from '@xyflow/react'
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { NodeDescription, WorkflowNode } from '@woolgather/workflow'
import { idsOf } from '../document/ids-of.ts'
import { defaultWidth, estimateHeight } from '../layout/arrange-nodes.ts'
import type { Box } from '../layout/free-place.ts'
import { sketchFrom } from '../session/editing/watch-detail.ts'
import { useFront, useScene, useServer } from '../store/editor-context.ts'

export interface Size {
  width: number
  height: number
}

type Nodes = Readonly<Record<string, WorkflowNode>>

interface Placed {
  source: WorkflowNode
  measured: Size | undefined
  box: Box
}

const noSizes: ReadonlyMap<string, Size> = new Map()

/**
 * Where the nodes lie and how large they are, written down in the view. Sizes are React Flow's own findings; those of
 * a large graph that it never drew are about right. The box of a node that did not change stays the same object.
 */
export function useBoxes(source: Nodes): {
  boxes: ReadonlyMap<string, Box>
  keepSizes: (changes: readonly NodeChange[]) => void
} {
  const scene = useScene()
  const { view } = useFront()
  const types = useServer((state) => state.byType)
  const [sizes, setSizes] = useState({ scene, byId: noSizes })
  const cache = useRef(new Map<string, Placed>())
  const last = useRef<ReadonlyMap<string, Box>>(new Map())

  const boxes = useMemo(() => {
    // Nodes of another graph may have the same ids, but not the same sizes.
    const known = sizes.scene === scene ? sizes.byId : noSizes
    const ids = idsOf(source)
    const next = new Map<string, Placed>()
    for (const id of ids) {
      const node = source[id]!
      const old = cache.current.get(id)
      const measured = known.get(id)
      if (old && old.source === node && old.measured === measured) next.set(id, old)
      else if (measured || ids.length >= sketchFrom)
        next.set(id, {
          source: node,
          measured,
          box: placeNode(node, measured ?? estimateSize(node, types.get(node.type))),
        })
    }
    cache.current = next
    return (last.current = keepBoxes(last.current, next))
  }, [source, types, scene, sizes])

  useLayoutEffect(() => view.setState({ boxes }), [view, boxes])

  const keepSizes = useCallback(
    (changes: readonly NodeChange[]) => {
      const { detailed } = view.getState()
      // What is sketched is as large as it was taken to be: nothing is found out.
      const found = measuredIn(changes).filter(([id]) => detailed?.has(id) ?? true)
      if (found.length === 0) return
      setSizes((before) => ({
        scene,
        byId: new Map([...(before.scene === scene ? before.byId : noSizes), ...found]),
      }))
    },
    [scene, view],
  )
  return { boxes, keepSizes }
}

/** The boxes that were there, where all are the same. */
function keepBoxes(
  before: ReadonlyMap<string, Box>,
  placed: ReadonlyMap<string, Placed>,
): ReadonlyMap<string, Box> {
  let same = before.size === placed.size
  const boxes = new Map<string, Box>()
  for (const [id, { box }] of placed) {
    boxes.set(id, box)
    if (before.get(id) !== box) same = false
  }
  return same ? before : boxes
}

function placeNode({ view }: WorkflowNode, { width, height }: Size): Box {
  return { x: view?.x ?? 0, y: view?.y ?? 0, width, height }
}

export function widthOf({ view }: WorkflowNode): number {
  return view?.width ?? defaultWidth
}

/** A folded node is as high as its header, in graph units. */
const foldedHeight = 36

function estimateSize(node: WorkflowNode, description: NodeDescription | undefined): Size {
  const height = node.view?.collapsed ? foldedHeight : Math.round(estimateHeight(node, description))
  return { width: widthOf(node), height }
}

/** The sizes React Flow found this time, by node. */
function measuredIn(changes: readonly NodeChange[]): [string, Size][] {
  return changes.flatMap((change) =>
    change.type === 'dimensions' && change.dimensions ? [[change.id, change.dimensions]] : [],
  )
}
