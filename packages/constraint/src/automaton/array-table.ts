import { hashNumber } from './number-set.ts'

/** Gives equal arrays of numbers one id: the id that was stored with the first of them. */
export class ArrayTable {
  readonly #buckets = new Map<number, { content: Float64Array; id: number }[]>()

  find(content: Float64Array): number | undefined {
    return this.#buckets.get(hashArray(content))?.find((entry) => equal(entry.content, content))?.id
  }

  add(content: Float64Array, id: number): void {
    const hash = hashArray(content)
    const bucket = this.#buckets.get(hash)
    if (bucket === undefined) this.#buckets.set(hash, [{ content, id }])
    else bucket.push({ content, id })
  }
}

function hashArray(content: Float64Array): number {
  let hash = content.length
  for (let index = 0; index < content.length; index++) {
    hash = (Math.imul(hash, 31) + hashNumber(content[index]!)) | 0
  }
  return hash
}

function equal(left: Float64Array, right: Float64Array): boolean {
  if (left.length !== right.length) return false
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false
  return true
}
