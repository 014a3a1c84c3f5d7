/** Pixels that stay free at the edges. */
const margin = 8

/**
 * Moves a panel that would stand out of the window (or the graph, which cuts it off): to the left as far as it has to,
 * and above its anchor where there is no room below it. Inside the graph everything is scaled.
 */
export function keepInView(panel: HTMLElement, anchor: HTMLElement): void {
  panel.style.translate = ''
  const area = visibleArea(panel)
  const box = panel.getBoundingClientRect()
  const from = anchor.getBoundingClientRect()
  const scale = box.width / panel.offsetWidth || 1
  const left = Math.max(area.left + margin - box.left, Math.min(0, area.right - margin - box.right))
  const above = box.bottom > area.bottom - margin && from.top - box.height > area.top + margin
  const up = (box.top - from.top) / scale + 4
  panel.style.translate = `${Math.min(0, left) / scale}px ${above ? `calc(-100% - ${up}px)` : '0px'}`
}

function visibleArea(panel: HTMLElement): { left: number; right: number; top: number; bottom: number } {
  const graph = panel.closest('.react-flow')?.getBoundingClientRect()
  return {
    left: Math.max(0, graph?.left ?? 0),
    right: Math.min(innerWidth, graph?.right ?? innerWidth),
    top: Math.max(0, graph?.top ?? 0),
    bottom: Math.min(innerHeight, graph?.bottom ?? innerHeight),
  }
}
