import { deadState, type Automaton } from '../automaton/automaton.ts'
import { addByte, prefixRange, type CodePointRange } from '../automaton/utf8.ts'
import { isSurrogate } from '../grammar/characters.ts'
import { beginReading, isFull, isWritten, readCharacter, type Reading } from './json-reading.ts'
import { mayRepeat, textsRepeated } from './may-repeat.ts'

/** A state of an automaton inside a list whose items must differ, or an object whose keys must, with what it holds so far. */
export interface Place {
  readonly base: number
  readonly reading: Reading
}

/** Where a text stands: a state, or a place where more must be remembered. */
export type State = number | Place

/** The state of the automaton, whatever is remembered. */
export function baseOf(state: State): number {
  return typeof state === 'number' ? state : state.base
}

/** Ways tried to end what must not be repeated. */
const mostTries = 2_000
/** Digits added to a number that may go on for ever, so that it is another: more of them seldom make one. */
const mostDigits = 2
/** More than all that is remembered can go on with. */
const manyCharacters = 100_000
/** States looked at to find where a value is free. */
const mostSeen = 300
/** States of which facts are kept. */
const mostKept = 100_000
const quote = 0x22
const backslash = 0x5c
/** What is tried outside texts: what ends something first, whitespace never. */
const usual = [...']},:"0123456789.eE-+tfn[{']
const tried: readonly number[] = Array.from(
  new Set([...usual, ...Array.from({ length: 0x5e }, (_, index) => String.fromCharCode(0x21 + index))]),
  (character) => character.charCodeAt(0),
)

const isNumeric = (point: number): boolean => '0123456789.eE-+'.includes(String.fromCharCode(point))
const inNumbers = tried.filter(isNumeric)
const afterNumbers = tried.filter((point) => !isNumeric(point))

/** What a search for a way may still try. */
interface Left {
  tries: number
  digits: number
}

const tenDigits = Array.from({ length: 10 }, (_, digit) => digit)
const letters = Array.from('abcdefghijklmnopqrstuvwxyz', (letter) => letter.charCodeAt(0))
/** What values and keys begin with and go on with, before they end: what is tried last is followed first. */
const begins: readonly number[] = Array.from(
  '0123456789-_$abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:[{"',
  (one) => one.charCodeAt(0),
)

/**
 * Steps of an automaton with what was written so far, where that matters: values of a list that must differ, and keys of
 * objects. What would repeat one is dead, and so is what could only become a repetition.
 */
export class Remembering {
  readonly #automaton: Automaton
  readonly #hasMemory: boolean
  readonly #endless = new Map<number, boolean>()
  readonly #wide = new Map<number, boolean>()
  readonly #leading = new Map<number, boolean>()

  constructor(automaton: Automaton) {
    this.#automaton = automaton
    this.#hasMemory = automaton.hasMemory
  }

  /** State after a token or text, dead if it may not follow. */
  after(state: State, bytes: Iterable<number>): State {
    for (const byte of bytes) {
      state = this.#stepByte(state, byte)
      if (state === deadState) return deadState
    }
    return this.canGoOn(state) ? state : deadState
  }

  #stepByte(state: State, byte: number): State {
    const base = baseOf(state)
    const automaton = this.#automaton
    const parts = automaton.unfinishedParts(base) ?? { base, prefix: 0 }
    const next = addByte(parts.prefix, byte)
    if (next === undefined) return deadState
    const before = typeof state === 'number' ? parts.base : { ...state, base: parts.base }
    if ('point' in next) return this.step(before, next.point)
    const unfinished = automaton.unfinishedState(parts.base, next.prefix)
    return typeof state === 'number' || unfinished === deadState
      ? unfinished
      : { base: unfinished, reading: state.reading }
  }

  /** State after a character, which may only become a repetition. */
  step(state: State, point: number): State {
    const automaton = this.#automaton
    if (typeof state === 'number') {
      const next = automaton.stepCharacter(state, point)
      if (!this.#hasMemory || !automaton.remembers(next)) return next
      const reading = beginReading(point)
      return reading === undefined ? deadState : { base: next, reading }
    }
    if (point === 0x2c && isFull(state.reading.within)) return deadState
    const { reading, repeats } = readCharacter(state.reading, point)
    if (repeats === 'key') return deadState
    const next = automaton.stepCharacter(state.base, point, repeats === 'item')
    if (!automaton.remembers(next)) return next
    return reading === undefined ? deadState : { base: next, reading }
  }

  /** Whether the text can become other than a repetition; true where it is none already. */
  canGoOn(state: State): boolean {
    return this.isFree(state) || this.wayOn(state) !== undefined
  }

  /** Whether the text can surely become other than a repetition, whatever was written before. */
  isFree(state: State): boolean {
    if (typeof state === 'number') return state !== deadState
    const { expects, escape, begun } = state.reading
    if (expects === 'text') return escape === '' && this.#isWide(state.base)
    if (expects === 'number') return mayGrow(begun) && this.#isEndless(state.base)
    return (
      (expects === 'value' || (expects === 'key' && !this.#mayRepeatKey(state))) &&
      this.#leadsToMany(state.base)
    )
  }

  /** Whether a key that is written may come again; where there are more than can be written another can. */
  #mayRepeatKey({ base, reading }: Place): boolean {
    const { within } = reading
    if (within.written === undefined) return false
    const begun = this.#automaton.stepCharacter(base, quote)
    if (this.#isWide(begun)) return false
    return isWritten(within, ({ key }) => this.#mayWrite(begun, `${JSON.stringify(key ?? '').slice(1)}:`))
  }

  #mayWrite(base: number, text: string): boolean {
    for (const character of text) {
      if (base === deadState) return false
      base = this.#automaton.stepCharacter(base, character.codePointAt(0)!)
    }
    return base !== deadState
  }

  /** Whether more characters may follow in a text than anything remembered goes on with. */
  #isWide(base: number): boolean {
    return this.#remember(this.#wide, base, () => {
      if (base === deadState || this.#automaton.unfinishedParts(base) !== undefined) return false
      const { intervalStart, intervalClass, end } = this.#automaton.partition
      const row = this.#automaton.row(base)
      let count = 0
      for (let index = 0; index < intervalStart.length; index++)
        if (intervalClass[index]! >= 0 && row[intervalClass[index]!] !== deadState)
          count += (intervalStart[index + 1] ?? end) - intervalStart[index]!
      return count >= manyCharacters
    })
  }

  /** Whether a value or key that begins here may come to a text or number of which anything may become, before it ends. */
  #leadsToMany(base: number): boolean {
    return this.#remember(this.#leading, base, () => {
      const seen = new Set([base])
      const open = [base]
      for (let state = open.pop(); state !== undefined && seen.size < mostSeen; state = open.pop()) {
        if (this.#isWide(state) || this.#isEndless(state)) return true
        for (const point of begins) {
          const next = this.#automaton.stepCharacter(state, point)
          if (next === deadState || seen.has(next)) continue
          seen.add(next)
          open.push(next)
        }
      }
      return false
    })
  }

  #remember(known: Map<number, boolean>, base: number, find: () => boolean): boolean {
    const found = known.get(base) ?? find()
    if (known.size >= mostKept) known.clear()
    known.set(base, found)
    return found
  }

  /** What makes the text differ from all that it must not repeat, nothing where it does; `undefined` where nothing can. */
  wayOn(state: State): string | undefined {
    return this.#wayOn(state, { tries: mostTries, digits: mostDigits })
  }

  #wayOn(state: State, left: Left): string | undefined {
    if (state === deadState) return undefined
    if (typeof state === 'number' || !mayRepeat(state.reading)) return ''
    if (--left.tries < 0) return undefined
    const { expects, escape } = state.reading
    if (this.#automaton.unfinishedParts(state.base) !== undefined) return this.#finishCharacter(state, left)
    if (expects === 'text' && escape === '') return this.#wayOutOfText(state, left)
    return expects === 'number' && this.#mayRepeatDigit(state.base)
      ? this.#wayOutOfNumber(state, left)
      : this.#tryEach(state, tried, left)
  }

  /** Whether a digit may come for ever, as zeros at the end of a fraction may. */
  #mayRepeatDigit(base: number): boolean {
    return ['0', '1'].some((digit) => {
      const next = this.#automaton.stepCharacter(base, digit.charCodeAt(0))
      return next !== deadState && this.#automaton.stepCharacter(next, digit.charCodeAt(0)) === next
    })
  }

  #wayOutOfNumber(place: Place, left: Left): string | undefined {
    const ended = this.#tryEach(place, afterNumbers, left)
    if (ended !== undefined || left.digits === 0) return ended
    left.digits--
    const way = this.#tryEach(place, inNumbers, left)
    left.digits++
    return way
  }

  #wayOutOfText(place: Place, left: Left): string | undefined {
    const next = nextPoints(place.reading)
    const other = this.#findOther(place.base, next, 0, 0x10ffff)
    if (other !== undefined) return other
    return this.#tryEach(place, [quote, ...next, backslash], left)
  }

  /** An unfinished character may become one that differs. */
  #finishCharacter({ base, reading }: Place, left: Left): string | undefined {
    const parts = this.#automaton.unfinishedParts(base)!
    return this.#wayWithin({ base: parts.base, reading }, prefixRange(parts.prefix)!, left)
  }

  /** Whether a text can go on with one of some characters to other than a repetition. */
  canFinish(place: Place, range: CodePointRange): boolean {
    return this.#wayWithin(place, range, { tries: mostTries, digits: mostDigits }) !== undefined
  }

  #wayWithin(place: Place, { minimum, maximum }: CodePointRange, left: Left): string | undefined {
    const next = nextPoints(place.reading)
    const other = this.#findOther(place.base, next, minimum, maximum)
    if (other !== undefined) return other
    const inside = [...next].filter((point) => point >= minimum && point <= maximum)
    return this.#tryEach(place, inside, left)
  }

  #tryEach(place: Place, points: Iterable<number>, left: Left): string | undefined {
    for (const point of points) {
      const next = this.step(place, point)
      const way = next === deadState ? undefined : this.#wayOn(next, left)
      if (way !== undefined) return String.fromCodePoint(point) + way
    }
    return undefined
  }

  /** A character of a text that may follow, stands for itself and is none of some; a letter if there is one. */
  #findOther(
    base: number,
    points: ReadonlySet<number>,
    minimum: number,
    maximum: number,
  ): string | undefined {
    const row = this.#automaton.row(base)
    const { intervalStart, intervalClass, end } = this.#automaton.partition
    const mayBe = (point: number): boolean =>
      point !== quote && point !== backslash && !points.has(point) && !isSurrogate(point)
    for (const point of letters)
      if (point >= minimum && mayBe(point) && this.#automaton.stepCharacter(base, point) !== deadState)
        return String.fromCodePoint(point)
    for (let index = 0; index < intervalStart.length; index++) {
      const characterClass = intervalClass[index]!
      if (characterClass < 0 || row[characterClass] === deadState) continue
      const last = Math.min((intervalStart[index + 1] ?? end) - 1, maximum)
      for (let point = Math.max(intervalStart[index]!, minimum); point <= last; point++)
        if (mayBe(point)) return String.fromCodePoint(point)
    }
    return undefined
  }

  /** Whether a number may go on with any digits for ever, which gives as many numbers as there are. */
  #isEndless(base: number): boolean {
    const after = (state: number, digit: number): number => this.#automaton.stepCharacter(state, 0x30 + digit)
    return this.#remember(this.#endless, base, () => {
      const first = after(base, 1)
      const loop = first === deadState ? deadState : after(first, 1)
      return loop !== deadState && tenDigits.every((digit) => after(loop, digit) === loop)
    })
  }
}

/** Digits by which a number surely becomes another: more, or those of an exponent, may leave it the same as a double. */
const sureDigits = 14

function mayGrow(number: string): boolean {
  return number.length <= sureDigits && !/[eE]/.test(number)
}

/** The characters by which a text goes on to what would be repeated. */
export function nextPoints(reading: Reading): Set<number> {
  const points = new Set<number>()
  for (const text of textsRepeated(reading)) {
    const point = text.codePointAt(reading.begun.length)
    if (point !== undefined) points.add(point)
  }
  return points
}
