/** The tensor of one name, in every model that takes part. */
export interface TensorInputs {
  /** For error messages, and mixed into the seed of random methods. */
  name: string
  rows: number
  /** Elements of a row, which lie side by side: the first dimension as ggml orders them. */
  columns: number
  /** Names of the models without the base, in the order that weights are given in. */
  models: readonly string[]
  base?: string
  /** How many models of the merge lack this tensor. Where all but one do, that one's is copied, by any method. */
  absent?: number
}

/** Whole rows of a tensor, of every model, row by row. */
export interface Chunk {
  firstRow: number
  rows: number
  /** In the order of `TensorInputs.models`; each `rows` × `columns` long. */
  models: readonly Float32Array[]
  base?: Float32Array
}

/**
 * The merge of one tensor, seen in chunks of any number of rows, so that its size does not matter to the memory.
 * While `scanning`, show it all chunks in order, then call `endScan`; after that, `write` each chunk in order:
 *
 * ```ts
 * while (merge.scanning) {
 *   for (const chunk of chunks) merge.scan(chunk)
 *   merge.endScan()
 * }
 * for (const chunk of chunks) merge.write(chunk, output)
 * ```
 */
export interface TensorMerge {
  readonly scanning: boolean
  scan(chunk: Chunk): void
  endScan(): void
  /** `output` is as long as the chunk's arrays, and none of them. @throws MergeError merge-not-finite */
  write(chunk: Chunk, output: Float32Array): void
}

/** A method's work on one tensor: looks over all chunks, one after another, then the writing. */
export interface Stages {
  scans: readonly Scan[]
  write(chunk: Chunk, output: Float32Array): void
}

export interface Scan {
  see(chunk: Chunk): void
  end?(): void
}

export function runStages(stages: Stages): TensorMerge {
  let pass = 0
  const current = (): Scan => {
    const scan = stages.scans[pass]
    if (scan === undefined) throw new Error('This merge has seen enough; write its chunks')
    return scan
  }
  return {
    get scanning(): boolean {
      return pass < stages.scans.length
    },
    scan: (chunk) => current().see(chunk),
    endScan: () => {
      current().end?.()
      pass++
    },
    write: (chunk, output) => {
      if (pass < stages.scans.length) throw new Error('This merge has not seen its chunks often enough')
      stages.write(chunk, output)
    },
  }
}
