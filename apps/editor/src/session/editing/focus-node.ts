/** Frames to wait for a new node to be drawn before giving up. */
const patience = 20

/** Moves the keyboard to a node, once it is drawn, unless the keyboard has gone elsewhere by then. */
export function focusNode(id: string): void {
  const from = document.activeElement
  const look = (left: number): void => {
    const now = document.activeElement
    if (now !== from && now !== document.body) return
    const node = document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)
    if (node?.checkVisibility({ visibilityProperty: true })) node.focus({ preventScroll: true })
    else if (left > 0) requestAnimationFrame(() => look(left - 1))
  }
  look(patience)
}
