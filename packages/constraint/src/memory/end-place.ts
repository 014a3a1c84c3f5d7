import { longestEnding, type Ending, type Endings } from '../automaton/endings.ts'
import type { Automaton } from '../automaton/automaton.ts'
import { baseOf, type Place, type Remembering, type State } from './remembering.ts'

/** What an ending of a place is found from. */
export interface PlaceEndings {
  readonly automaton: Automaton
  readonly endings: Endings
}

/** A short ending that repeats nothing: that of the state, or what differs and then that; `undefined` where neither does. */
export function endPlace(place: Place, source: PlaceEndings, remembering: Remembering): Ending | undefined {
  const direct = endState(place, source, remembering)
  if (direct !== undefined || source.automaton.unfinishedParts(place.base) !== undefined) return direct
  const way = remembering.wayOn(place)
  const rest = way === undefined ? undefined : endState(walk(place, way, remembering), source, remembering)
  return rest && { lead: [], text: `${way}${rest.text}` }
}

function endState(
  state: State,
  { automaton, endings }: PlaceEndings,
  remembering: Remembering,
): Ending | undefined {
  const base = baseOf(state)
  if (endings.bytesToEnd(base) > longestEnding) return undefined
  const ending = endings.ending(base)
  const end = walk(remembering.after(state, ending.lead), ending.text, remembering)
  return typeof end === 'number' && automaton.canEnd(end) ? ending : undefined
}

function walk(state: State, text: string, remembering: Remembering): State {
  for (const character of text) state = remembering.step(state, character.codePointAt(0)!)
  return state
}
