/** Frames to wait for a new node to be drawn before giving up. */
const patience = 20

/** Moves the keyboard to a node, once it is drawn. */
export function focusNode(id: string, left: number = patience): void {
  const node = document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)
  if (node?.checkVisibility({ visibilityProperty: true })) node.focus({ preventScroll: true })
  else if (left > 0) requestAnimationFrame(() => focusNode(id, left - 1))
}
