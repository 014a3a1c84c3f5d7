import type { Place, State } from './remembering.ts'

/** Places that snapshots may name; the first ones are forgotten. */
const mostPlaces = 65_536
/** Above all states of an automaton. */
const firstNumber = 2 ** 32

/** Numbers places, so that a snapshot is one integer. */
export class PlaceTable {
  readonly #places = new Map<number, Place>()
  #next = firstNumber

  numberOf(state: State): number {
    if (typeof state === 'number') return state
    this.#places.set(this.#next, state)
    if (this.#places.size > mostPlaces) this.#places.delete(this.#next - mostPlaces)
    return this.#next++
  }

  /** `undefined` for numbers of no place, and of one that is forgotten. */
  placeOf(number: number): Place | undefined {
    return this.#places.get(number)
  }
}
