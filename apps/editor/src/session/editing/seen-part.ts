import type { Box } from '../../layout/free-place.ts'

/** The part of the window where the graph is seen, in pixels: in a narrow one the list of nodes lies over it. */
export function seenPart(): Box {
  const { left, right, top, bottom } =
    document.querySelector('.graph')?.getBoundingClientRect() ?? new DOMRect(0, 0, innerWidth, innerHeight)
  const palette = document.querySelector('.palette')?.getBoundingClientRect()
  const x = Math.max(left, palette?.right ?? left)
  return { x, y: top, width: Math.max(1, right - x), height: bottom - top }
}

/** What lies over corners of it: the buttons to zoom, the overview where there is one. */
export function coveredParts(): Box[] {
  return [...document.querySelectorAll('.view-controls, .react-flow__minimap')].map((one) =>
    one.getBoundingClientRect(),
  )
}
