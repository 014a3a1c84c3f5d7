import { MergeError } from '../errors/merge-error.ts'

/** A matrix, or a vector as one row. */
export interface MatrixSize {
  rows: number
  columns: number
}

/**
 * The size that a tensor has in every model. Of embeddings and output heads, where vocabularies may differ by some
 * rows at the end, the part that all have; of everything else, exactly the same.
 *
 * @throws MergeError merge-shapes-differ, naming each model's shape
 */
export function agreeOnSize(
  name: string,
  sizes: ReadonlyMap<string, MatrixSize>,
  options: { common?: boolean } = {},
): MatrixSize {
  const all = [...sizes.values()]
  const common = {
    rows: Math.min(...all.map(({ rows }) => rows)),
    columns: Math.min(...all.map(({ columns }) => columns)),
  }
  const same = all.every(({ rows, columns }) => rows === common.rows && columns === common.columns)
  if (all.length > 0 && (same || options.common === true)) return common
  const told = [...sizes].map(([model, { rows, columns }]) => `${rows} × ${columns} in ${model}`)
  throw new MergeError('merge-shapes-differ', `${name} is ${told.join(', ')}`, {
    hint: 'Only models of one architecture and size can be merged.',
  })
}

/** The first rows and columns of a matrix. */
export function cropMatrix(values: Float32Array, from: MatrixSize, to: MatrixSize): Float32Array {
  if (from.columns === to.columns) return values.subarray(0, to.rows * to.columns)
  const cropped = new Float32Array(to.rows * to.columns)
  for (let row = 0; row < to.rows; row++) {
    const start = row * from.columns
    cropped.set(values.subarray(start, start + to.columns), row * to.columns)
  }
  return cropped
}
