/** Frames to wait for a node to be drawn before giving up. */
const patience = 60

/**
 * Looks for the node of this id in the page once a frame, as long as `act` wants more (returns false): of a large graph only
 * what is seen is there.
 * @param act is told how many frames are left
 */
export function whenDrawn(id: string, act: (node: HTMLElement | null, left: number) => boolean): void {
  const look = (left: number): void => {
    const node = document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)
    if (!act(node, left) && left > 0) requestAnimationFrame(() => look(left - 1))
  }
  look(patience)
}
