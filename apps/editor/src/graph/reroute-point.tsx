import { useReactFlow } from '@xyflow/react'
import { useRef, type KeyboardEvent, type PointerEvent } from 'react'
import type { Place } from '@woolgather/workflow'
import { parseLinkId } from '../document/link-id.ts'
import { moveReroute, removeReroute, reroutesOf } from '../session/editing/reroute-link.ts'
import { useEditor } from '../store/editor-context.ts'
import './reroute-point.css'

export interface ReroutePointProps {
  link: string
  at: number
  place: Place
  color: string
}

/** How far an arrow key moves a point, in graph units; with Shift four times as far. */
const step = 8

/** A point a link is led through: drag it, move it with the arrows, double-click or Delete takes it away. */
export function ReroutePoint({ link, at, place, color }: ReroutePointProps) {
  const editor = useEditor()
  const flow = useReactFlow()
  const dragging = useRef(false)
  const ends = parseLinkId(link)
  const remove = (): void => removeReroute(editor, ends, at)

  const move = (event: PointerEvent): void => {
    if (!dragging.current) return
    event.stopPropagation()
    moveReroute(editor, ends, at, flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }))
  }
  const key = (event: KeyboardEvent): void => {
    const ways: Record<string, Place> = {
      ArrowLeft: { x: -1, y: 0 },
      ArrowRight: { x: 1, y: 0 },
      ArrowUp: { x: 0, y: -1 },
      ArrowDown: { x: 0, y: 1 },
    }
    const way = ways[event.key]
    const now = reroutesOf(editor, ends)[at]
    if (event.key === 'Delete' || event.key === 'Backspace') remove()
    else if (way && now) {
      const far = event.shiftKey ? step * 4 : step
      moveReroute(editor, ends, at, { x: now.x + way.x * far, y: now.y + way.y * far })
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <circle
      className="reroute nopan nodrag"
      cx={place.x}
      cy={place.y}
      r={6}
      style={{ fill: color }}
      tabIndex={0}
      role="button"
      aria-label={`Point ${at + 1} of the link. Arrows move it, Delete takes it away`}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.stopPropagation()
        event.currentTarget.setPointerCapture(event.pointerId)
        dragging.current = true
        editor.front.document.getState().closeStep()
      }}
      onPointerMove={move}
      onPointerUp={() => {
        dragging.current = false
        editor.front.document.getState().closeStep()
      }}
      onDoubleClick={(event) => {
        event.stopPropagation()
        remove()
      }}
      onKeyDown={key}
    />
  )
}
