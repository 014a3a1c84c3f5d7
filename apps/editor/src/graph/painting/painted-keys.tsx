import { useReactFlow, useStoreApi } from '@xyflow/react'
import type { KeyboardEvent } from 'react'
import { useFront, useView } from '../../store/editor-context.ts'
import { titleOf } from '../../ui/describe-node.ts'
import { useRevealNode } from '../../ui/use-reveal-node.ts'
import { seenArea } from '../../layout/seen-area.ts'
import type { Picture } from './picture.ts'
import { middleOf, nearestTo, stepTo, ways } from './step-to.ts'
import './painted-keys.css'

/** Lets the keyboard go about a graph that is painted: arrows go from node to node, Enter goes near. */
export function PaintedKeys({ picture }: { picture: Picture }) {
  const { view } = useFront()
  const flow = useReactFlow()
  const store = useStoreApi()
  const reveal = useRevealNode()
  const [chosen] = useView((state) => state.selectedNodes)
  const node = chosen === undefined ? undefined : picture.nodes[chosen]
  const press = (event: KeyboardEvent): void => {
    const way = ways[event.key]
    const box = chosen === undefined ? undefined : picture.boxes.get(chosen)
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    if (event.key === 'Enter' && chosen !== undefined) reveal(chosen)
    else if (way) {
      const seen = seenArea(store.getState(), 0)
      go(box ? stepTo(picture.boxes, middleOf(box), way) : nearestTo(picture.boxes, middleOf(seen)))
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  const go = (id: string | undefined): void => {
    const box = id === undefined ? undefined : picture.boxes.get(id)
    if (id === undefined || !box) return
    view.getState().select([id])
    const { x, y } = middleOf(box)
    const seen = seenArea(store.getState(), 0)
    const isSeen = x > seen.x && y > seen.y && x < seen.x + seen.width && y < seen.y + seen.height
    if (!isSeen) void flow.setCenter(x, y, { zoom: flow.getZoom() })
  }
  return (
    <div
      className="painted-keys"
      role="application"
      tabIndex={0}
      aria-label={`Graph of ${picture.boxes.size} nodes: arrows go from one to the next, Enter goes near`}
      onKeyDown={press}
    >
      <span className="visually-hidden" aria-live="polite">
        {node && titleOf(node, picture.types.get(node.type))}
      </span>
    </div>
  )
}
