import type { PointerEvent } from 'react'

/**
 * Lets the wheel scroll an element inside the graph only while there is something to scroll: otherwise zooming would
 * stop wherever the pointer happens to pass over text.
 */
export function captureScroll(event: PointerEvent<HTMLElement>): void {
  const element = event.currentTarget
  element.classList.toggle('nowheel', element.scrollHeight > element.clientHeight + 1)
}
