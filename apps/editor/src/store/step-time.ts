let pressed: number | undefined

/** Milliseconds: now, or since when the pointer is held, so that a drag is one step however long it takes. */
export function stepTime(): number {
  return pressed ?? Date.now()
}

/** Follows whether the pointer is held. Returns how to stop. */
export function watchPress(): () => void {
  const press = (): void => void (pressed = Date.now())
  const release = (): void => void (pressed = undefined)
  // After all who hear of the same event: the last place of what was dragged belongs to the drag.
  const releaseLater = (): void => void setTimeout(release)
  const listeners = { pointerdown: press, pointerup: releaseLater, pointercancel: releaseLater }
  for (const [type, listen] of Object.entries(listeners)) addEventListener(type, listen, true)
  addEventListener('blur', release)
  return () => {
    for (const [type, listen] of Object.entries(listeners)) removeEventListener(type, listen, true)
    removeEventListener('blur', release)
    release()
  }
}
