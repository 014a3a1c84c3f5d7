/** How alike two tensors are. */
export interface Likeness {
  /** 1: the same direction, 0: at right angles, −1: opposite. Of two tensors of zeros 1, of one of them 0. */
  cosine: number
  /** Length of the difference relative to the first tensor; infinite where only that is all zeros. */
  relativeDifference: number
  /** Share of the elements that have the same sign, zero being a sign of its own. */
  signAgreement: number
  largestDifference: number
}

/** Compares two tensors of one size, chunk after chunk. */
export class TensorComparison {
  #dot = 0
  #firstSquare = 0
  #secondSquare = 0
  #differenceSquare = 0
  #sameSign = 0
  #largest = 0
  #elements = 0

  see(first: Float32Array, second: Float32Array): void {
    if (first.length !== second.length) {
      throw new RangeError(`Chunks of ${first.length} and ${second.length} elements cannot be compared`)
    }
    let dot = 0
    let firstSquare = 0
    let secondSquare = 0
    let differenceSquare = 0
    let sameSign = 0
    let largest = this.#largest
    for (let i = 0; i < first.length; i++) {
      const x = first[i]!
      const y = second[i]!
      const difference = x - y
      dot += x * y
      firstSquare += x * x
      secondSquare += y * y
      differenceSquare += difference * difference
      largest = Math.max(largest, Math.abs(difference))
      sameSign += Math.sign(x) === Math.sign(y) ? 1 : 0
    }
    this.#dot += dot
    this.#firstSquare += firstSquare
    this.#secondSquare += secondSquare
    this.#differenceSquare += differenceSquare
    this.#sameSign += sameSign
    this.#largest = largest
    this.#elements += first.length
  }

  /** As if what `other` saw had been seen here: several tensors as one. */
  add(other: TensorComparison): void {
    this.#dot += other.#dot
    this.#firstSquare += other.#firstSquare
    this.#secondSquare += other.#secondSquare
    this.#differenceSquare += other.#differenceSquare
    this.#sameSign += other.#sameSign
    this.#largest = Math.max(this.#largest, other.#largest)
    this.#elements += other.#elements
  }

  get likeness(): Likeness {
    return {
      cosine: this.#cosine(),
      relativeDifference: this.#relativeDifference(),
      signAgreement: this.#elements === 0 ? 1 : this.#sameSign / this.#elements,
      largestDifference: this.#largest,
    }
  }

  #cosine(): number {
    const lengths = Math.sqrt(this.#firstSquare) * Math.sqrt(this.#secondSquare)
    if (lengths > 0) return Math.min(1, Math.max(-1, this.#dot / lengths))
    return this.#firstSquare === this.#secondSquare ? 1 : 0
  }

  #relativeDifference(): number {
    if (this.#differenceSquare === 0) return 0
    return Math.sqrt(this.#differenceSquare / this.#firstSquare)
  }
}
