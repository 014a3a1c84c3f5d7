/**
 * Ends what is held with the mouse where the page will not be told that it was let go: the window lost the focus, or the
 * button came up outside it, which the next move without a button shows. Escape lets go of a link. What is held is told by
 * the events that the mouse would have sent, which are not trusted: a link that ends so is not made. Returns how to stop.
 */
export function endDrags(): () => void {
  let held: { target: Element; pointerId: number; x: number; y: number } | undefined
  const press = (event: PointerEvent): void => {
    if (event.isTrusted && event.pointerType === 'mouse' && event.target instanceof Element)
      held = { target: event.target, pointerId: event.pointerId, x: event.clientX, y: event.clientY }
  }
  const move = (event: PointerEvent): void => {
    if (!held || !event.isTrusted || event.pointerType !== 'mouse') return
    if (event.buttons === 0) return letGo()
    held = { ...held, x: event.clientX, y: event.clientY }
  }
  const up = (event: PointerEvent): void => {
    if (event.isTrusted) held = undefined
  }
  const letGo = (): void => {
    if (!held) return
    const { target, pointerId, x: clientX, y: clientY } = held
    held = undefined
    const from = target.isConnected ? target : document.body
    const init = {
      bubbles: true,
      cancelable: true,
      view: window,
      clientX,
      clientY,
      pointerType: 'mouse',
      pointerId,
    }
    if (isLink(target)) from.dispatchEvent(new MouseEvent('mousemove', { ...init, ...awayFromPorts() }))
    from.dispatchEvent(new PointerEvent('pointerup', init))
    from.dispatchEvent(new MouseEvent('mouseup', init))
  }
  const key = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !held || !isLink(held.target)) return
    event.preventDefault()
    event.stopImmediatePropagation()
    letGo()
  }
  const listeners = { pointerdown: press, pointermove: move, pointerup: up, keydown: key } as const
  for (const [type, listen] of Object.entries(listeners))
    addEventListener(type, listen as EventListener, true)
  addEventListener('blur', letGo)
  return () => {
    for (const [type, listen] of Object.entries(listeners))
      removeEventListener(type, listen as EventListener, true)
    removeEventListener('blur', letGo)
  }
}

function isLink(target: Element): boolean {
  return target.closest('.react-flow__handle, .react-flow__edgeupdater') !== null
}

/** In the corner of the graph, not so near its edge that it would scroll: over a port, the link would be made. */
function awayFromPorts(): { clientX: number; clientY: number } {
  const { left = 0, top = 0 } = document.querySelector('.react-flow')?.getBoundingClientRect() ?? {}
  return { clientX: left + 50, clientY: top + 50 }
}
