import type { Svd } from '../linear-algebra/svd.ts'
import type { LoraFactors } from './lora.ts'

/** Factors whose product the decomposition is, the singular values shared between both: A = √S Vᵀ, B = U √S. */
export function factorsFromSvd({ left, values, right }: Svd, rows: number, columns: number): LoraFactors {
  const rank = values.length
  const a = new Float32Array(rank * columns)
  const b = new Float32Array(rows * rank)
  for (const [r, value] of values.entries()) {
    const root = Math.sqrt(value)
    for (let i = 0; i < columns; i++) a[r * columns + i] = root * right[r]![i]!
    for (let row = 0; row < rows; row++) b[row * rank + r] = root * left[r]![row]!
  }
  return { rows, columns, rank, a, b }
}
