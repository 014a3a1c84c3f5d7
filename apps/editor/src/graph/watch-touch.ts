import type { ReactFlowInstance, Viewport } from '@xyflow/react'
import { isTyping } from '../session/files/clipboard.ts'
import { zoomLimits } from '../session/editing/show-all.ts'

/** Milliseconds a finger rests for the menu, and how far it may stray meanwhile, in pixels. */
const pressTime = 500
const stray = 10

type Flow = Pick<ReactFlowInstance, 'getViewport' | 'setViewport'>

interface Pinch {
  distance: number
  x: number
  y: number
  viewport: Viewport
}

/**
 * What fingers do wherever they are put down: two zoom and move the graph, over nodes too, where React Flow would take each
 * for a drag; one that rests opens the menu of what is under it. Returns how to stop.
 */
export function watchTouch(stage: HTMLElement, flow: Flow): () => void {
  let pinch: Pinch | undefined
  let rest: { timer: ReturnType<typeof setTimeout>; x: number; y: number } | undefined
  /** Until all fingers are up they do nothing else. */
  let taken = false

  const start = (event: TouchEvent): void => {
    forgetRest()
    if (event.touches.length === 1) {
      taken = false
      return waitForRest(event)
    }
    taken = true
    pinch = startPinch(event.touches, stage, flow)
    keep(event)
  }
  const move = (event: TouchEvent): void => {
    const [first] = event.touches
    if (rest && first && Math.hypot(first.clientX - rest.x, first.clientY - rest.y) > stray) forgetRest()
    if (!taken) return
    keep(event)
    if (pinch && event.touches.length > 1) void flow.setViewport(pinched(pinch, event.touches, stage))
  }
  const end = (event: TouchEvent): void => {
    forgetRest()
    pinch = event.touches.length > 1 ? startPinch(event.touches, stage, flow) : undefined
    // React Flow hears that its drag is over, but no click follows.
    if (taken && event.cancelable) event.preventDefault()
  }
  const waitForRest = ({ target, touches: [touch] }: TouchEvent): void => {
    if (!touch || isTyping(target)) return
    const { clientX: x, clientY: y } = touch
    const open = (): void => {
      rest = undefined
      taken = true
      const init = { bubbles: true, cancelable: true, view: window, button: 2, clientX: x, clientY: y }
      target?.dispatchEvent(new MouseEvent('contextmenu', init))
    }
    rest = { timer: setTimeout(open, pressTime), x, y }
  }
  const forgetRest = (): void => {
    clearTimeout(rest?.timer)
    rest = undefined
  }

  const listeners = { touchstart: start, touchmove: move, touchend: end, touchcancel: end }
  for (const [type, listen] of Object.entries(listeners))
    stage.addEventListener(type, listen as EventListener, { capture: true, passive: false })
  return () => {
    forgetRest()
    for (const [type, listen] of Object.entries(listeners))
      stage.removeEventListener(type, listen as EventListener, true)
  }
}

function keep(event: TouchEvent): void {
  event.stopPropagation()
  if (event.cancelable) event.preventDefault()
}

function startPinch(touches: TouchList, stage: HTMLElement, flow: Flow): Pinch {
  return { ...between(touches, stage), viewport: flow.getViewport() }
}

/** The view with what was between the fingers still between them. */
function pinched({ distance, x, y, viewport }: Pinch, touches: TouchList, stage: HTMLElement): Viewport {
  const now = between(touches, stage)
  const wanted = (viewport.zoom * now.distance) / distance
  const zoom = Math.min(zoomLimits.most, Math.max(zoomLimits.least, wanted))
  const scale = zoom / viewport.zoom
  return { x: now.x - (x - viewport.x) * scale, y: now.y - (y - viewport.y) * scale, zoom }
}

/** How far the first two fingers are apart, and the place between them, in pixels of the graph. */
function between(touches: TouchList, stage: HTMLElement): { distance: number; x: number; y: number } {
  const [a, b] = [touches[0]!, touches[1]!]
  const { left, top } = stage.getBoundingClientRect()
  return {
    distance: Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY)),
    x: (a.clientX + b.clientX) / 2 - left,
    y: (a.clientY + b.clientY) / 2 - top,
  }
}
