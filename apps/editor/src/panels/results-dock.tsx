import { useState, type CSSProperties, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import './results-dock.css'

/** Heights in pixels; the style sheet keeps room for the graph above. */
const lowest = 140
const usual = 340
const keyStep = 24

/** The place below the graph where results are shown; its upper edge is dragged, or moved with the arrows. */
export function ResultsDock({ full, children }: { full: boolean; children: ReactNode }) {
  const [height, setHeight] = useState(usual)
  const resize = (next: number): void => setHeight(Math.max(lowest, Math.min(innerHeight - 200, next)))
  const drag = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.buttons === 1 && event.currentTarget.hasPointerCapture(event.pointerId))
      resize((event.currentTarget.parentElement?.getBoundingClientRect().bottom ?? 0) - event.clientY)
  }
  const key = (event: KeyboardEvent): void => {
    const by = { ArrowUp: keyStep, ArrowDown: -keyStep }[event.key]
    if (by === undefined) return
    event.preventDefault()
    event.stopPropagation()
    resize(height + by)
  }
  return (
    <div
      className="results-dock"
      data-full={full || undefined}
      style={{ '--results-height': `${height}px` } as CSSProperties}
    >
      {!full && (
        <div
          className="dock-edge"
          role="separator"
          tabIndex={0}
          aria-orientation="horizontal"
          aria-label="Height of the results"
          aria-valuenow={height}
          aria-valuemin={lowest}
          onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
          onPointerMove={drag}
          onKeyDown={key}
        />
      )}
      {children}
    </div>
  )
}
