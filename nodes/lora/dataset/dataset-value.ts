import type { Example } from '@woolgather/train'
import { createHash } from 'node:crypto'
import { z } from 'zod'

/** Examples to learn from, as the tokens of one model, on a link. */
export interface DatasetValue {
  kind: 'dataset'
  /** sha256 of the tokens and what each counts. */
  sha256: string
  /** Tokens of the vocabulary that they are of. */
  vocabulary: number
  /** How many tokens each example has. */
  lengths: number[]
  /** All of them, one example after another: 32-bit integers, little-endian, in base64. */
  tokens: string
  /** What each counts as something to be learnt: 32-bit floats, likewise. */
  weights: string
}

export const datasetSchema: z.ZodType<DatasetValue> = z.strictObject({
  kind: z.literal('dataset'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  vocabulary: z.int().positive(),
  lengths: z.array(z.int().positive()).min(1),
  tokens: z.base64(),
  weights: z.base64(),
})

export function datasetValue(examples: readonly Example[], vocabulary: number): DatasetValue {
  const tokens = bytesOf(examples.map((example) => example.tokens))
  const weights = bytesOf(examples.map((example) => example.weights))
  const lengths = examples.map((example) => example.tokens.length)
  const hash = createHash('sha256').update(JSON.stringify(lengths)).update(tokens).update(weights)
  return {
    kind: 'dataset',
    sha256: hash.digest('hex'),
    vocabulary,
    lengths,
    tokens: tokens.toString('base64'),
    weights: weights.toString('base64'),
  }
}

/** The examples again. @throws RangeError where a literal says otherwise than its lengths */
export function examplesOf({ lengths, tokens, weights }: DatasetValue): Example[] {
  const [ids, counts] = [Buffer.from(tokens, 'base64'), Buffer.from(weights, 'base64')]
  const all = lengths.reduce((sum, length) => sum + length, 0)
  if (ids.length !== all * 4 || counts.length !== all * 4) throw new RangeError('The dataset is damaged.')
  let at = 0
  return lengths.map((length) => {
    const [from, to] = [at, (at += length)]
    const read = <Numbers>(bytes: Buffer, make: (buffer: ArrayBuffer) => Numbers): Numbers =>
      make(Uint8Array.from(bytes.subarray(from * 4, to * 4)).buffer)
    return {
      tokens: read(ids, (buffer) => new Int32Array(buffer)),
      weights: read(counts, (buffer) => new Float32Array(buffer)),
    }
  })
}

function bytesOf(arrays: readonly (Int32Array | Float32Array)[]): Buffer {
  return Buffer.concat(
    arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  )
}
