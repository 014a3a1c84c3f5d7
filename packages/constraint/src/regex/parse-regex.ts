import { RegExpParser, RegExpSyntaxError, type AST } from '@eslint-community/regexpp'
import { intersectLanguages, type Condition } from '../automaton/intersect-languages.ts'
import { matchesText } from '../automaton/matches-text.ts'
import { ConstraintError } from '../errors/constraint-error.ts'
import { everyCharacter } from '../grammar/characters.ts'
import {
  characters,
  choice,
  impossible,
  repeat,
  sequence,
  type Expression,
  type Grammar,
} from '../grammar/expression.ts'
import { anchorMarks, resolveAnchors } from './inner-anchors.ts'
import { readCharacters, wordCharacters, type CharacterFlags, type RegexDialect } from './regex-characters.ts'
import { refuseRegex, spellOut, translatePattern, type TranslatedPattern } from './translate-pattern.ts'

/** Where a part of the pattern lies in the text: assertions are understood at its edges only. */
interface Edges {
  readonly atStart: boolean
  readonly atEnd: boolean
  /** Any text may come before, unless the part says `^`. */
  readonly openStart: boolean
  /** Any text may follow, unless the part says `$`. */
  readonly openEnd: boolean
}

interface RegexFlags extends CharacterFlags {
  readonly multiline: boolean
}

const anything: Expression = repeat(characters(everyCharacter), 0, Infinity)
const lineAnchor = { start: 'lineStart', end: 'lineEnd' } as const
const inside: Edges = { atStart: false, atEnd: false, openStart: false, openEnd: false }

/**
 * A regex that the whole text must match, in Python's syntax; what JavaScript writes differently is understood too.
 * @throws {ConstraintError} `invalid-regex`, or `unsupported-regex` for back-references, look-around inside the
 * pattern and the like, with the position
 */
export function parseRegex(pattern: string): Grammar {
  const whole = { atStart: true, atEnd: true, openStart: false, openEnd: false }
  return { start: 'regex', rules: new Map([['regex', convertPattern(pattern, 'python', whole)]]) }
}

/** A pattern as JSON Schema means it: ECMAScript's classes, found anywhere in the text. */
export function parseSearchPattern(pattern: string): Expression {
  return convertPattern(pattern, 'ecmascript', { atStart: true, atEnd: true, openStart: true, openEnd: true })
}

/** A regex as a part of a larger text. */
export function parseRegexPart(pattern: string, flags: string = ''): Expression {
  return convertPattern(flags === '' ? pattern : `(?${flags})${pattern}`, 'python', inside)
}

function convertPattern(source: string, dialect: RegexDialect, edges: Edges): Expression {
  const translated = translatePattern(source, dialect)
  const parsed = parsePattern(translated.pattern, translated.positionOf)
  const flags = { ...translated.flags, ascii: false, dialect }
  try {
    return new RegexConverter(translated, false).alternatives(parsed.alternatives, edges, flags)
  } catch (error) {
    if (!(error instanceof AnchorInside) || !edges.atStart) throw error
    const marked = new RegexConverter(translated, true).alternatives(parsed.alternatives, inside, flags)
    const resolved = resolveAnchors(marked, edges, dialect)
    if (resolved === undefined && !edges.openStart) throw error
    return resolved ?? impossible
  }
}

/** `^` or `$` that is not at an edge of the pattern, or may match at a line. */
class AnchorInside extends ConstraintError {}

function parsePattern(pattern: string, positionOf: (index: number) => number): AST.Pattern {
  try {
    return new RegExpParser({ ecmaVersion: 2025 }).parsePattern(pattern, 0, pattern.length, { unicode: true })
  } catch (error) {
    if (!(error instanceof RegExpSyntaxError)) throw error
    const position = positionOf(error.index)
    const reason = error.message.replace(/^.*: /, '')
    throw new ConstraintError('invalid-regex', `The regex is invalid at position ${position}: ${reason}`, {
      where: { position },
    })
  }
}

class RegexConverter {
  readonly #positionOf: (index: number) => number
  readonly #asciiAt: (index: number) => boolean
  readonly #isLineAnchorAt: (index: number) => boolean
  readonly #marksAnchors: boolean

  /** @param marksAnchors whether marks are written for anchors, wherever they stand */
  constructor({ positionOf, asciiAt, isLineAnchorAt }: TranslatedPattern, marksAnchors: boolean) {
    this.#isLineAnchorAt = isLineAnchorAt
    this.#positionOf = positionOf
    this.#asciiAt = asciiAt
    this.#marksAnchors = marksAnchors
  }

  alternatives(list: readonly AST.Alternative[], edges: Edges, flags: RegexFlags): Expression {
    return shareSurroundings(list.map((alternative) => this.#alternative(alternative.elements, edges, flags)))
  }

  #alternative(elements: readonly AST.Element[], edges: Edges, flags: RegexFlags): Expression {
    const atLine = elements.find((element) => !this.#marksAnchors && this.#mayMatchAtLine(element, flags))
    if (atLine !== undefined) throw this.#refuse(atLine as AST.Assertion)
    const leading = edges.atStart ? countWhile(elements, isAssertion) : 0
    const rest = elements.slice(leading)
    const trailing = edges.atEnd ? countWhile(rest.toReversed(), isAssertion) : 0
    const body = rest.slice(0, rest.length - trailing)
    // With nothing between them, a "$" among the assertions before stands at the end just as well.
    const isEnd = ({ kind }: AST.Assertion) => kind === 'end' && body.length === 0 && edges.atEnd
    const first = elements.slice(0, leading) as AST.Assertion[]
    const before = first.filter((assertion) => !isEnd(assertion))
    const after = [...first.filter(isEnd), ...(rest.slice(rest.length - trailing) as AST.Assertion[])]
    const startsHere = before.some(({ kind }) => kind === 'start')
    const endsHere = after.some(({ kind }) => kind === 'end')
    const openStart = edges.openStart && !startsHere
    const openEnd = edges.openEnd && !endsHere
    const items = body.map((element, index) =>
      this.#element(element, flags, {
        atStart: edges.atStart && index === 0,
        atEnd: edges.atEnd && index === body.length - 1,
        openStart: openStart && index === 0,
        openEnd: openEnd && index === body.length - 1,
      }),
    )
    if (openStart && !handlesEdges(body[0])) items.unshift(anything)
    if (openEnd && !handlesEdges(body.at(-1))) items.push(anything)
    const conditions = [
      ...before.flatMap((assertion) => this.#conditionAtStart(assertion, edges, openStart, flags)),
      ...after.flatMap((assertion) => this.#conditionAtEnd(assertion, edges, openEnd, flags)),
    ]
    const matched = sequence(items)
    return conditions.length === 0
      ? matched
      : intersectLanguages([{ expression: matched, negate: false }, ...conditions])
  }

  #mayMatchAtLine(element: AST.Element, { multiline }: RegexFlags): boolean {
    return (
      multiline &&
      element.type === 'Assertion' &&
      (element.kind === 'start' || element.kind === 'end') &&
      this.#isLineAnchorAt(element.start)
    )
  }

  #element(element: AST.Element, flags: RegexFlags, edges: Edges): Expression {
    switch (element.type) {
      case 'Character':
      case 'CharacterSet':
      case 'CharacterClass':
        return characters(readCharacters(element, { ...flags, ascii: this.#asciiAt(element.start) }))
      case 'CapturingGroup':
        return this.alternatives(element.alternatives, edges, flags)
      case 'Group':
        return this.alternatives(element.alternatives, edges, applyModifiers(flags, element.modifiers))
      case 'Quantifier':
        return this.#repeated(element, flags, edges)
      case 'Assertion':
        if (this.#marksAnchors && (element.kind === 'start' || element.kind === 'end'))
          return anchorMarks[this.#mayMatchAtLine(element, flags) ? lineAnchor[element.kind] : element.kind]
        throw this.#refuse(element)
      case 'Backreference':
      case 'ExpressionCharacterClass':
        throw refuseRegex('unsupported-regex', 'a back-reference', this.#positionOf(element.start), spellOut)
    }
  }

  /** Beside any text more repeats than the fewest are such text: none is counted. */
  #repeated({ element, min, max }: AST.Quantifier, flags: RegexFlags, edges: Edges): Expression {
    const item = this.#element(element, flags, inside)
    return repeat(item, min, edges.openStart || edges.openEnd ? min : max)
  }

  /** What an assertion before everything else demands of the text. */
  #conditionAtStart(assertion: AST.Assertion, edges: Edges, open: boolean, flags: RegexFlags): Condition[] {
    if (assertion.kind === 'start') return []
    if (open || !edges.atEnd) throw this.#refuse(assertion)
    switch (assertion.kind) {
      case 'end':
        return [{ expression: sequence([]), negate: false }]
      case 'word':
        return [{ expression: sequence([this.#word(assertion, flags), anything]), negate: assertion.negate }]
      case 'lookahead':
        return [this.#look(assertion, { openStart: false, openEnd: true }, flags)]
      case 'lookbehind':
        return this.#onNothing(assertion, { openStart: true, openEnd: false }, flags)
    }
  }

  /** What an assertion after everything else demands of the text. */
  #conditionAtEnd(assertion: AST.Assertion, edges: Edges, open: boolean, flags: RegexFlags): Condition[] {
    if (assertion.kind === 'end') return []
    if (open || !edges.atStart) throw this.#refuse(assertion)
    switch (assertion.kind) {
      case 'start':
        return [{ expression: sequence([]), negate: false }]
      case 'word':
        return [{ expression: sequence([anything, this.#word(assertion, flags)]), negate: assertion.negate }]
      case 'lookbehind':
        return [this.#look(assertion, { openStart: true, openEnd: false }, flags)]
      case 'lookahead':
        return this.#onNothing(assertion, { openStart: false, openEnd: true }, flags)
    }
  }

  #look(
    assertion: AST.LookaroundAssertion,
    open: Pick<Edges, 'openStart' | 'openEnd'>,
    flags: RegexFlags,
  ): Condition {
    const edges = { atStart: true, atEnd: true, ...open }
    return { expression: this.alternatives(assertion.alternatives, edges, flags), negate: assertion.negate }
  }

  /** A look-around beyond the edge of the text sees nothing: it holds always or never. */
  #onNothing(
    assertion: AST.LookaroundAssertion,
    open: Pick<Edges, 'openStart' | 'openEnd'>,
    flags: RegexFlags,
  ): Condition[] {
    const { expression, negate } = this.#look(assertion, open, flags)
    return matchesText(expression, '') === negate ? [{ expression: impossible, negate: false }] : []
  }

  #word({ start }: AST.Assertion, flags: RegexFlags): Expression {
    return characters(wordCharacters({ ...flags, ascii: this.#asciiAt(start) }))
  }

  #refuse(assertion: AST.Assertion): ConstraintError {
    const names = {
      start: '"^"',
      end: '"$"',
      word: `"${assertion.raw}"`,
      lookahead: 'look-ahead',
      lookbehind: 'look-behind',
    }
    const what = `${names[assertion.kind]} inside the pattern`
    const refused = refuseRegex(
      'unsupported-regex',
      what,
      this.#positionOf(assertion.start),
      `It is understood where a whole pattern begins or ends. ${spellOut}`,
    )
    if (assertion.kind !== 'start' && assertion.kind !== 'end') return refused
    const { code, message, where, hint = spellOut } = refused
    return new AnchorInside(code, message, { where, hint })
  }
}

/**
 * Texts that may stand anywhere share what may come before and follow: an automaton would tell apart which of them were
 * found, every set of them by states of its own.
 */
function shareSurroundings(alternatives: readonly Expression[]): Expression {
  const isAnywhere = (option: Expression): option is Expression & { kind: 'sequence' } =>
    option.kind === 'sequence' &&
    option.items.length > 2 &&
    option.items[0] === anything &&
    option.items.at(-1) === anything
  const anywhere = alternatives.filter(isAnywhere)
  if (anywhere.length < 2) return choice(alternatives)
  const found = choice(anywhere.map(({ items }) => sequence(items.slice(1, -1))))
  const others = alternatives.filter((option) => !isAnywhere(option))
  return choice([...others, sequence([anything, found, anything])])
}

function isAssertion(element: AST.Element): boolean {
  return element.type === 'Assertion'
}

/** Groups at an edge decide for each alternative whether other text may come before or follow. */
function handlesEdges(element: AST.Element | undefined): boolean {
  return element?.type === 'Group' || element?.type === 'CapturingGroup'
}

function countWhile<T>(items: readonly T[], test: (item: T) => boolean): number {
  const end = items.findIndex((item) => !test(item))
  return end < 0 ? items.length : end
}

function applyModifiers(flags: RegexFlags, modifiers: AST.Modifiers | null): RegexFlags {
  const { add, remove } = modifiers ?? {}
  return {
    ...flags,
    ignoreCase: (flags.ignoreCase || add?.ignoreCase === true) && remove?.ignoreCase !== true,
    dotAll: (flags.dotAll || add?.dotAll === true) && remove?.dotAll !== true,
    multiline: (flags.multiline || add?.multiline === true) && remove?.multiline !== true,
  }
}
