/** Differences that lie side by side: the first `count` of `values`. */
export interface Block {
  values: Float32Array
  /** The same memory as integers. */
  bits: Int32Array
  count: number
  /** Elements of the tensor before these. */
  offset: number
}

export function createBlock(length: number): Block {
  const values = new Float32Array(length)
  return { values, bits: new Int32Array(values.buffer), count: 0, offset: 0 }
}
