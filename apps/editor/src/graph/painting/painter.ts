import type { ReactFlowState } from '@xyflow/react'
import type { Box } from '../../layout/free-place.ts'
import { overlap, surround } from '../../layout/surround.ts'
import { seenArea, type Seen } from '../../layout/seen-area.ts'
import { readColours, watchTheme, type Colours } from './colours.ts'
import { paintPicture } from './paint-picture.ts'
import { samePicture, type Picture } from './picture.ts'

/** Parts of the window that are painted beyond its edges: so far one moves about without anything being painted. */
const beyond = 0.5

/** The canvas has at most so many pixels: beyond that less is painted around the window. */
const mostPixels = 12e6

/** Painted anew at once where one sees it this much larger or smaller than it was painted, else at rest. */
const blurred = 1.5

/** Milliseconds without a move that are rest. */
const restTime = 120

/** Painting takes at most one part in so many of the time: the rest is for the person. */
const share = 3

interface Painted {
  area: Box
  zoom: number
  picture: Picture
  colours: Colours
  /** What there is to paint: beyond it nothing is missing. */
  bounds: Box
}

export interface Painter {
  /** Paints a picture, unless it looks like the one that is there. */
  show: (picture: Picture) => void
  /** The window shows another part of the graph, or in another scale. */
  follow: () => void
  stop: () => void
}

interface FlowStore {
  getState: () => Pick<ReactFlowState, 'transform' | 'width' | 'height' | 'domNode'>
}

/**
 * Paints pictures on a canvas that lies in the graph and moves with it, so that moving about paints nothing: only what
 * changes, and what comes near the edge of what was painted.
 */
export function createPainter(canvas: HTMLCanvasElement, store: FlowStore): Painter {
  let wanted: Picture | undefined
  let painted: Painted | undefined
  let colours: Colours | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let free = 0

  const paint = (): void => {
    clearTimeout(timer)
    timer = undefined
    const seen = store.getState()
    if (!wanted || seen.width === 0) return
    colours ??= readColours(canvas.parentElement ?? canvas)
    const began = performance.now()
    painted = {
      ...paintOn(canvas, seen, wanted, colours),
      picture: wanted,
      colours,
      bounds: surround(wanted.boxes.values()),
    }
    const now = performance.now()
    free = now + (now - began) * (share - 1)
  }
  const paintSoon = (wait = 0): void => {
    const left = Math.max(wait, free - performance.now())
    clearTimeout(timer)
    if (left <= 0) paint()
    else timer = setTimeout(paint, left)
  }
  const stopTheme = watchTheme(() => {
    colours = undefined
    paintSoon()
  })
  return {
    show: (picture) => {
      wanted = picture
      if (!painted || !samePicture(painted.picture, picture)) paintSoon()
    },
    follow: () => {
      const seen = store.getState()
      if (!painted) return paintSoon()
      const zoom = seen.transform[2]
      const ratio = zoom / painted.zoom
      const needed = overlap(seenArea(seen, 0), painted.bounds)
      if (!holds(painted.area, needed) || ratio > blurred || ratio < 1 / blurred) paintSoon()
      else if (ratio !== 1) paintSoon(restTime)
    },
    stop: () => {
      clearTimeout(timer)
      stopTheme()
    },
  }
}

/** Paints the window and what is around it; says what was painted, in which scale. */
function paintOn(
  canvas: HTMLCanvasElement,
  seen: Seen,
  picture: Picture,
  colours: Colours,
): { area: Box; zoom: number } {
  const zoom = seen.transform[2]
  const ratio = devicePixelRatio || 1
  const scale = zoom * ratio
  const pixels = seen.width * seen.height * ratio * ratio
  const around = Math.min(beyond, Math.max(0, (Math.sqrt(mostPixels / pixels) - 1) / 2))
  const area = seenArea(seen, around)
  const [width, height] = [Math.ceil(area.width * scale), Math.ceil(area.height * scale)]
  // Setting a size clears the canvas and takes its memory anew.
  if (canvas.width !== width) canvas.width = width
  if (canvas.height !== height) canvas.height = height
  canvas.style.transform = `translate(${area.x}px, ${area.y}px) scale(${1 / scale})`
  const context = canvas.getContext('2d', { alpha: true })
  if (!context) return { area, zoom }
  const count = paintPicture({ context, area, scale, zoom }, picture, colours)
  canvas.dataset['painted'] = String(count)
  return { area, zoom }
}

/** A box without size is held by every other: there is nothing in it. */
function holds(outer: Box, inner: Box): boolean {
  if (inner.width * inner.height === 0) return true
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  )
}
