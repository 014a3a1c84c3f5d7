/** Which rows of the table have a line already, how they ended, and what they were. Ten bytes a row. */
export class KnownRows {
  /** Lines there are, of rows each counted once. */
  done = 0
  /** How many of those did not end `completed`. */
  failed = 0
  readonly count: number
  readonly #ends: Uint8Array
  readonly #hashes: Float64Array

  /** @param count rows of the table */
  constructor(count: number) {
    this.count = count
    this.#ends = new Uint8Array(count)
    this.#hashes = new Float64Array(count).fill(NaN)
  }

  /** A row has a line; where it had one before, this one counts. */
  note(row: number, status: string, hash: string | undefined): void {
    const before = this.#ends[row]
    const end = status === 'completed' ? completed : failed
    if (before === none) this.done++
    this.failed += Number(end === failed) - Number(before === failed)
    this.#ends[row] = end
    this.#hashes[row] = hash === undefined ? NaN : Number.parseInt(hash, 16)
  }

  has(row: number): boolean {
    return this.#ends[row] !== none
  }

  hasFailed(row: number): boolean {
    return this.#ends[row] === failed
  }

  /** How many rows have a line that does not say of which values it is: those of earlier versions. */
  get unsure(): number {
    return this.#hashes.reduce((sum, hash, row) => sum + Number(this.has(row) && Number.isNaN(hash)), 0)
  }

  /** False where the line says of which values it is, and these are others. */
  mayBe(row: number, hash: string): boolean {
    const known = this.#hashes[row] as number
    return Number.isNaN(known) || known === Number.parseInt(hash, 16)
  }
}

const none = 0
const completed = 1
const failed = 2
