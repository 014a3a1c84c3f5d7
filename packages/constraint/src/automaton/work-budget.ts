import { ConstraintError } from '../errors/constraint-error.ts'

/** Counts elementary steps of one call, so that an ambiguous grammar ends in an error instead of minutes of work. */
export class WorkBudget {
  readonly #limit: number
  #spent = 0

  /** @param limit steps; about 20 to 50 million run in a second */
  constructor(limit: number) {
    this.#limit = limit
  }

  begin(): void {
    this.#spent = 0
  }

  readonly spend = (work: number): void => {
    this.#spent += work
    if (this.#spent <= this.#limit) return
    throw new ConstraintError(
      'too-ambiguous',
      `The constraint can be read in so many ways that one step took more than ${this.#limit} operations`,
      {
        hint: 'Remove alternatives that match the same text, such as rules that call themselves twice in a row.',
      },
    )
  }
}
