import { LlamaError } from '../contract/error.ts'
import type { FinishingConstraint } from '../contract/interface.ts'

export interface SpanInput {
  /** Holes side by side, ascending. */
  places: readonly number[]
  constraint: FinishingConstraint
  /** Tokens that end a text, and those that are never written. */
  ends: ReadonlySet<number>
  never: readonly number[]
}

/** Holes that are filled from the left, a token a step, so that what stands in them matches a constraint. */
export class ConstrainedSpan {
  readonly #input: SpanInput
  readonly #mask: Uint32Array
  #filled = 0

  /** @throws LlamaError too-few-tokens where the shortest match takes more than there are holes */
  constructor(input: SpanInput, vocabSize: number) {
    this.#input = input
    this.#mask = new Uint32Array(Math.ceil(vocabSize / 32))
    const { constraint, places, never } = input
    constraint.avoid(never)
    const shortest = constraint.tokensToEnd()
    if (shortest <= places.length || shortest === Infinity) return
    throw new LlamaError(
      'too-few-tokens',
      `The shortest text that meets the constraint takes ${shortest} tokens of this model, and the hole has ${places.length}.`,
      { hint: `Make the hole ${shortest} tokens long or longer.` },
    )
  }

  get length(): number {
    return this.#input.places.length
  }

  /** The place that is filled next; undefined where all are. */
  get next(): number | undefined {
    return this.#input.places[this.#filled]
  }

  has(place: number): boolean {
    return this.#input.places.includes(place)
  }

  /** Makes impossible what may not stand in the next place. @throws LlamaError constraint-dead-end */
  restrict(row: Float32Array): void {
    const { constraint, ends, places } = this.#input
    this.#mask.fill(0)
    constraint.allowed(this.#mask, places.length - this.#filled)
    const allowed = (token: number): boolean => ((this.#mask[token >>> 5]! >>> (token & 31)) & 1) === 1
    let others = 0
    for (let token = 0; token < row.length; token++) {
      if (!allowed(token)) row[token] = -Infinity
      else if (!ends.has(token) && row[token] !== -Infinity) others++
    }
    // The hole is filled as far as may be: it ends before only where nothing else is allowed.
    if (others > 0) for (const token of ends) row[token] = -Infinity
    else if (![...ends].some((token) => row[token] !== -Infinity)) throw deadEnd()
  }

  /** @returns places that stay without text, as nothing may follow: they are to hold `token`, which ends the span */
  accept(token: number): { places: readonly number[]; token: number } | undefined {
    const { constraint, ends, places } = this.#input
    this.#filled++
    const isEnd = ends.has(token)
    if (!isEnd) constraint.accept(token)
    if (!isEnd && !constraint.isComplete) return undefined
    const rest = places.slice(this.#filled)
    this.#filled = places.length
    const [end] = ends
    if (rest.length === 0) return undefined
    if (end === undefined) throw deadEnd()
    return { places: rest, token: isEnd ? token : end }
  }
}

function deadEnd(): LlamaError {
  return new LlamaError(
    'constraint-dead-end',
    'The constraint allows no token of this model’s vocabulary here.',
    {
      hint: 'Loosen the constraint, make the hole longer, or use a model whose vocabulary has the characters it asks for.',
    },
  )
}
