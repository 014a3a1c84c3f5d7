import { useReactFlow, useStoreApi } from '@xyflow/react'
import { useEffect, useMemo, useRef, type MouseEvent as ReactMouseEvent } from 'react'
import type { Box } from '../../layout/free-place.ts'
import { meet } from '../../layout/surround.ts'
import { useFront } from '../../store/editor-context.ts'
import { linkAt, nodeAt, type Found, type Picture } from './picture.ts'

/** Pixels of the window around a link that take the pointer. */
const linkReach = 8

type PointerLike = MouseEvent | ReactMouseEvent

export interface PaintedPointer {
  /** What is painted under the pointer. */
  find: (event: PointerLike) => Found
  /** The pointer moves: the node under it becomes one that can be pressed and dragged. */
  move: (event: PointerLike & { pointerType?: string }) => void
  /** The graph stopped moving under a pointer that stands still. */
  settle: () => void
  /** What is painted was pressed, by a finger: it was not pointed at before. */
  click: (event: ReactMouseEvent) => void
}

/** Lets one point at what is painted, and choose it, as if it were elements of the page. */
export function usePaintedPointer(
  picture: Picture | undefined,
  hover: (id: string | undefined) => void,
): PaintedPointer {
  const { view } = useFront()
  const flow = useReactFlow()
  const now = useRef(picture)
  now.current = picture
  useBoxSelection(now)
  return useMemo(() => {
    let last: PointerLike | undefined
    const find = (event: PointerLike): Found => {
      const picture = now.current
      if (!picture) return {}
      const place = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY })
      const node = nodeAt(picture, place)
      return {
        node,
        link: node === undefined ? linkAt(picture, place, linkReach / flow.getZoom()) : undefined,
      }
    }
    const pointAt = (event: PointerLike): void => {
      const picture = now.current
      if (picture) hover(nodeAt(picture, flow.screenToFlowPosition({ x: event.clientX, y: event.clientY })))
    }
    return {
      find,
      move: (event) => {
        if (!now.current || event.buttons !== 0 || event.pointerType === 'touch') return
        last = event
        if (isPane(event.target)) pointAt(event)
      },
      settle: () => {
        if (last && now.current && isPane(document.elementFromPoint(last.clientX, last.clientY)))
          pointAt(last)
      },
      click: (event) => {
        if (!now.current) return
        const { node, link } = find(event)
        const several = event.ctrlKey || event.metaKey || event.shiftKey
        const { selectedNodes, selectedLinks, select } = view.getState()
        const nodes = toggle(several ? selectedNodes : [], node)
        const links = toggle(several ? selectedLinks : [], link)
        // After React Flow, which lets go of what it knows to be selected.
        queueMicrotask(() => select(nodes, links))
      },
    }
  }, [view, flow, hover])
}

function isPane(target: EventTarget | null): boolean {
  return target instanceof Element && target.classList.contains('react-flow__pane')
}

function toggle(before: Iterable<string>, id: string | undefined): Set<string> {
  const next = new Set(before)
  if (id !== undefined && !next.delete(id)) next.add(id)
  return next
}

/** A box that is drawn around nodes also takes those that are painted, of which React Flow does not know. */
function useBoxSelection(now: { readonly current: Picture | undefined }): void {
  const { view } = useFront()
  const store = useStoreApi()
  useEffect(
    () =>
      store.subscribe(({ userSelectionRect: box, userSelectionActive, transform }, before) => {
        if (!now.current || !box || !userSelectionActive || box === before.userSelectionRect) return
        const ids = nodesIn(now.current, inGraph(box, transform))
        const { selectedNodes, selectedLinks, select } = view.getState()
        if (ids.length !== selectedNodes.size || ids.some((id) => !selectedNodes.has(id)))
          select(ids, selectedLinks)
      }),
    [store, view, now],
  )
}

function nodesIn({ boxes }: Picture, area: Box): string[] {
  const ids: string[] = []
  for (const [id, box] of boxes) if (meet(box, area)) ids.push(id)
  return ids
}

function inGraph({ x, y, width, height }: Box, [left, top, zoom]: readonly [number, number, number]): Box {
  return { x: (x - left) / zoom, y: (y - top) / zoom, width: width / zoom, height: height / zoom }
}
