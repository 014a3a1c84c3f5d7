import { deadState, type Automaton } from '../automaton/automaton.ts'
import { longestEnding, type Ending, type Endings } from '../automaton/endings.ts'
import { baseOf, type Remembering, type State } from './remembering.ts'

/** What an ending is found from. */
export interface EndingFacts {
  readonly automaton: Automaton
  readonly endings: Endings
}

/** Repetitions that are amended in one ending. */
const mostAmended = 1_000

/**
 * A short ending that repeats nothing: that of the automaton, and where it would repeat something what differs and then the
 * automaton's from there on. `undefined` where none is found.
 */
export function endWithoutRepeating(
  start: State,
  facts: EndingFacts,
  remembering: Remembering,
): Ending | undefined {
  const first = endingOf(start, facts)
  let state = first === undefined ? deadState : remembering.after(start, first.lead)
  let rest = first?.text
  let text = ''
  for (let amended = 0; rest !== undefined && state !== deadState && amended <= mostAmended; amended++) {
    const end = walk(state, rest, remembering)
    text += rest.slice(0, end.length)
    if (end.length === rest.length)
      return facts.automaton.canEnd(baseOf(end.state)) ? { lead: first!.lead, text } : undefined
    const way = remembering.wayOn(end.state)
    if (way === undefined || way === '') return undefined
    state = walk(end.state, way, remembering).state
    text += way
    rest = endingOf(state, facts)?.text
  }
  return undefined
}

function endingOf(state: State, { endings }: EndingFacts): Ending | undefined {
  const base = baseOf(state)
  return endings.bytesToEnd(base) > longestEnding ? undefined : endings.ending(base)
}

/** How far a text may be written from which the text can still become other than a repetition. */
function walk(state: State, text: string, remembering: Remembering): { state: State; length: number } {
  let length = 0
  for (const character of text) {
    const next = remembering.step(state, character.codePointAt(0)!)
    if (!remembering.canGoOn(next)) break
    state = next
    length += character.length
  }
  return { state, length }
}
