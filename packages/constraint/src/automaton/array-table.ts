import { hashNumber } from './number-set.ts'

interface Entry {
  readonly content: Float64Array
  readonly id: number
  /** Another of the same hash. */
  readonly next: Entry | undefined
}

/** Gives equal arrays of numbers one id: the id that was stored with the first of them. */
export class ArrayTable {
  readonly #entries = new Map<number, Entry>()

  find(content: Float64Array): number | undefined {
    for (let entry = this.#entries.get(hashArray(content)); entry !== undefined; entry = entry.next)
      if (equal(entry.content, content)) return entry.id
    return undefined
  }

  add(content: Float64Array, id: number): void {
    const hash = hashArray(content)
    this.#entries.set(hash, { content, id, next: this.#entries.get(hash) })
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
