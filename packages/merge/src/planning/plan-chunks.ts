import type { MatrixSize } from './agree-size.ts'

/** Bytes of 32-bit floats of one model's tensor that are held at once. */
const usualBytes = 67_108_864

/** Runs of whole rows that a tensor is worked on in: all of it where it is small enough, single rows at least. */
export function planChunks(
  { rows, columns }: MatrixSize,
  maxBytes: number = usualBytes,
): { firstRow: number; rows: number }[] {
  const step = Math.max(1, Math.floor(maxBytes / (columns * 4)))
  return Array.from({ length: Math.ceil(rows / step) }, (_, index) => ({
    firstRow: index * step,
    rows: Math.min(step, rows - index * step),
  }))
}
