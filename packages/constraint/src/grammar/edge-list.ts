import { ConstraintError } from '../errors/constraint-error.ts'
import type { Edges } from './network.ts'

/** Nodes and edges each; about 100 MB at the limit. */
const maximumEdges = 2_000_000

/** Edges of a network in the making. */
export class EdgeList {
  #sources = new Int32Array(64)
  #targets = new Int32Array(64)
  #labels = new Int32Array(64)
  #count = 0

  add(from: number, to: number, label: number): void {
    if (this.#count === this.#sources.length) this.#grow()
    this.#sources[this.#count] = from
    this.#targets[this.#count] = to
    this.#labels[this.#count++] = label
  }

  #grow(): void {
    if (this.#count >= maximumEdges) {
      throw new ConstraintError('too-large', `The constraint needs more than ${maximumEdges} transitions`, {
        hint: 'Lower the bounds of repeats, or the number of alternatives.',
      })
    }
    this.#sources = twiceAsLong(this.#sources)
    this.#targets = twiceAsLong(this.#targets)
    this.#labels = twiceAsLong(this.#labels)
  }

  group(nodeCount: number): Edges {
    const count = this.#count
    const sources = this.#sources
    const from = new Int32Array(nodeCount + 1)
    for (let index = 0; index < count; index++) from[sources[index]! + 1]!++
    for (let node = 0; node < nodeCount; node++) from[node + 1]! += from[node]!
    const next = from.slice()
    const to = new Int32Array(count)
    const label = new Int32Array(count)
    for (let index = 0; index < count; index++) {
      const slot = next[sources[index]!]!++
      to[slot] = this.#targets[index]!
      label[slot] = this.#labels[index]!
    }
    return { from, to, label }
  }
}

function twiceAsLong(list: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(list.length * 2)
  longer.set(list)
  return longer
}
