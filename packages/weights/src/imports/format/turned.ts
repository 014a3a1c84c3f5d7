/** A matrix of `rows` × `columns`, row by row, turned round. */
export function turned(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = values[row * columns + column]!
    }
  }
  return result
}
