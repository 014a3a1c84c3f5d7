import { carryInPng, type Workflow } from '@woolgather/workflow'
import { tooLarge, type Measure, type Picture } from './draw-grid.ts'

/** Pixels that every browser has room for, along a side and in all. */
const mostSide = 16_384
const mostPixels = 100_000_000

/** Measures as this browser draws. */
export function createMeasure(): Measure {
  const context = document.createElement('canvas').getContext('2d')
  return (text, font) => {
    if (!context) return text.length * 7
    if (context.font !== font) context.font = font
    return context.measureText(text).width
  }
}

/**
 * A drawn picture in pixels, two for each where there is room.
 * @param scales pixels for each, the first that there is room for
 * @throws WoolgatherError where it is too large for a browser
 */
export async function paintPicture(
  { svg, width, height }: Picture,
  workflow: Workflow | undefined,
  scales: readonly number[] = [2, 1],
): Promise<Uint8Array<ArrayBuffer>> {
  const scale = scales.find(
    (each) => Math.max(width, height) * each <= mostSide && width * height * each * each <= mostPixels,
  )
  if (scale === undefined) throw tooLarge(`would have ${width} × ${height} pixels`)
  const image = await loadPicture(svg, width, height)
  const canvas = document.createElement('canvas')
  canvas.width = width * scale
  canvas.height = height * scale
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (!blob) throw tooLarge(`would have ${width} × ${height} pixels`)
  const png = new Uint8Array(await blob.arrayBuffer())
  return workflow === undefined ? png : carryInPng(png, workflow)
}

/** Not by `decode()`, which waits for the page to be drawn: one that is behind another is not. */
function loadPicture(svg: string, width: number, height: number): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image(width, height)
    image.onload = () => resolve(image)
    image.onerror = () => reject(tooLarge('cannot be drawn by this browser'))
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  })
}
