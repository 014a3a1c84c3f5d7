import { ConstraintError } from '../errors/constraint-error.ts'

/** A pattern in JavaScript's Unicode syntax, and where each code unit of it came from. */
export interface TranslatedPattern {
  readonly pattern: string
  readonly positionOf: (index: number) => number
  readonly flags: PatternFlags
}

export interface PatternFlags {
  readonly ignoreCase: boolean
  /** `.` matches line breaks too. */
  readonly dotAll: boolean
  /** `\w \d \s` match ASCII only. */
  readonly ascii: boolean
}

/** Groups inside one another; deeper would exhaust the parser's stack. */
const maximumDepth = 300
const maximumLength = 200_000

const unsupportedGroups: [RegExp, string][] = [
  [/^\(\?P=/, 'a back-reference'],
  [/^\(\?>/, 'an atomic group'],
  [/^\(\?\(/, 'a conditional group'],
  [/^\(\?\|/, 'a branch reset group'],
  [/^\(\?(R|&|P>|[+-]?\d)/, 'a recursive call'],
]
const keptEscapes =
  /^\\(?:[dDwWsSnrtfvB^$\\.*+?()[\]{}|/]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]+\}|[pP]\{[^}]*\}|c[a-zA-Z])/
const quantifier = /^\{(?:\d+(?:,\d*)?|,\d+)\}/

/**
 * Rewrites what Python writes differently: leading `(?i)`, `\A`, `\Z`, `(?P<name>`, comments, verbose patterns,
 * escapes of punctuation, literal braces and brackets.
 * @throws {ConstraintError} `unsupported-regex` or `invalid-regex` with the position in the source
 */
export function translatePattern(source: string): TranslatedPattern {
  if (source.length > maximumLength) {
    throw new ConstraintError(
      'too-large',
      `A regex may have ${maximumLength} characters, this has ${source.length}`,
    )
  }
  return new Translator(source).translate()
}

class Translator {
  readonly #source: string
  #position = 0
  #output = ''
  readonly #origins: number[] = []
  #flags = ''
  #depth = 0

  constructor(source: string) {
    this.#source = source
  }

  translate(): TranslatedPattern {
    this.#readLeadingFlags()
    while (this.#position < this.#source.length) this.#translateNext()
    const origins = this.#origins
    const source = this.#source
    return {
      pattern: this.#output,
      positionOf: (index) => origins[index] ?? source.length,
      flags: {
        ignoreCase: this.#flags.includes('i'),
        dotAll: this.#flags.includes('s'),
        ascii: this.#flags.includes('a'),
      },
    }
  }

  #readLeadingFlags(): void {
    for (
      let found = this.#match(/^\(\?([a-zA-Z]+)\)/);
      found !== undefined;
      found = this.#match(/^\(\?([a-zA-Z]+)\)/)
    ) {
      const unknown = /[^aiLmsux]/.exec(found[1]!)
      if (unknown !== null) this.#refuse('unsupported-regex', `the flag "${unknown[0]}"`, this.#position)
      this.#flags += found[1]!
      this.#position += found[0].length
    }
  }

  #translateNext(): void {
    const next = this.#source[this.#position]!
    if (next === '\\') this.#translateEscape(false)
    else if (next === '[') this.#translateClass()
    else if (next === '(') this.#translateGroup()
    else if (next === '{') this.#translateBrace()
    else if (next === '}' || next === ']') this.#emit(`\\${next}`, 1)
    else if (this.#flags.includes('x') && /[\s#]/.test(next))
      this.#position += this.#match(/^(?:\s+|#.*)/)![0].length
    else if ('*+?'.includes(next)) this.#translateQuantifier(next)
    else {
      if (next === ')') this.#depth--
      this.#emit(next, 1)
    }
  }

  #translateQuantifier(text: string, length: number = text.length): void {
    const begin = this.#position
    this.#emit(text, length)
    if (this.#source[this.#position] === '?') this.#emit('?', 1)
    else if (this.#source[this.#position] === '+')
      this.#refuse('unsupported-regex', 'a possessive quantifier', begin)
  }

  #translateBrace(): void {
    const found = this.#match(quantifier)
    if (found === undefined) this.#emit('\\{', 1)
    else this.#translateQuantifier(found[0].replace('{,', '{0,'), found[0].length)
  }

  #translateGroup(): void {
    const rest = this.#source.slice(this.#position, this.#position + 8)
    const unsupported = unsupportedGroups.find(([form]) => form.test(rest))
    if (unsupported !== undefined) this.#refuse('unsupported-regex', unsupported[1], this.#position)
    const comment = this.#match(/^\(\?#[^)]*\)/)
    if (comment !== undefined) {
      this.#position += comment[0].length
      return
    }
    if (/^\(\?[a-zA-Z]+\)/.test(rest)) {
      this.#refuse('unsupported-regex', 'a flag that begins in the middle of the pattern', this.#position)
    }
    if (++this.#depth > maximumDepth) {
      throw new ConstraintError(
        'too-large',
        `Groups are nested more than ${maximumDepth} deep, at position ${this.#position}`,
        {
          where: { position: this.#position },
        },
      )
    }
    if (rest.startsWith('(?P<')) this.#emit('(?<', 4)
    else this.#emit(rest.startsWith('(?') ? '(?' : '(', rest.startsWith('(?') ? 2 : 1)
    if (this.#output.endsWith('(?')) this.#emit(this.#match(/^(?:<[=!]|[:=!<]|[ims]*-?[ims]*:)/)?.[0] ?? '')
  }

  #translateClass(): void {
    const begin = this.#position
    this.#emit('[', 1)
    if (this.#source[this.#position] === '^') this.#emit('^', 1)
    if (this.#source[this.#position] === ']') this.#emit('\\]', 1)
    while (this.#source[this.#position] !== ']') {
      if (this.#position >= this.#source.length)
        this.#refuse('invalid-regex', 'a class that is never closed', begin)
      const rest = this.#source.slice(this.#position, this.#position + 3)
      if (/^-\\[dDwWsS]/.test(rest)) this.#emit('\\-', 1)
      else if (/^\\[dDwWsS]-/.test(rest) && this.#source[this.#position + 3] !== ']') {
        this.#emit(rest.slice(0, 2))
        this.#emit('\\-', 1)
      } else if (rest.startsWith('\\')) this.#translateEscape(true)
      else this.#emit(rest[0] === '[' ? '\\[' : rest[0]!, 1)
    }
    this.#emit(']', 1)
  }

  #translateEscape(inClass: boolean): void {
    const begin = this.#position
    const next = this.#source[begin + 1]
    if (next === undefined) this.#refuse('invalid-regex', 'a backslash with nothing after it', begin)
    const octal = this.#match(/^\\0[0-7]{0,2}/)
    const wide = this.#match(/^\\U([0-9a-fA-F]{8})/)
    const shortProperty = this.#match(/^\\([pP])([A-Z])/)
    const kept = this.#match(keptEscapes)
    if (octal !== undefined) this.#emit(hexEscape(Number.parseInt(octal[0].slice(1), 8)), octal[0].length)
    else if (wide !== undefined) this.#emit(`\\u{${wide[1]!}}`, 10)
    else if (shortProperty !== undefined) this.#emit(`\\${shortProperty[1]!}{${shortProperty[2]!}}`, 3)
    else if (kept !== undefined) this.#emit(kept[0])
    else if (next === 'a') this.#emit(hexEscape(7), 2)
    else if (next === 'b') this.#emit(inClass ? hexEscape(8) : '\\b', 2)
    else if (next === 'A' && !inClass) this.#emit('^', 2)
    else if (/[zZ]/.test(next) && !inClass) this.#emit('$', 2)
    else if (/[1-9k]/.test(next)) this.#refuse('unsupported-regex', 'a back-reference', begin)
    else if (/[a-zA-Z]/.test(next)) this.#refuse('unsupported-regex', `the escape "\\${next}"`, begin)
    else if (next === '-' && inClass) this.#emit('\\-', 2)
    else this.#emit(next, 2)
  }

  #match(form: RegExp): RegExpExecArray | undefined {
    return form.exec(this.#source.slice(this.#position, this.#position + 1_000)) ?? undefined
  }

  #emit(text: string, length: number = text.length): void {
    for (let index = 0; index < text.length; index++) this.#origins.push(this.#position)
    this.#output += text
    this.#position += length
  }

  #refuse(code: 'unsupported-regex' | 'invalid-regex', what: string, position: number): never {
    throw refuseRegex(code, what, position)
  }
}

function hexEscape(point: number): string {
  return `\\x${point.toString(16).padStart(2, '0')}`
}

export function refuseRegex(
  code: 'unsupported-regex' | 'invalid-regex',
  what: string,
  position: number,
): ConstraintError {
  const message =
    code === 'unsupported-regex'
      ? `The regex uses ${what} at position ${position}, which cannot be translated to an automaton`
      : `The regex has ${what} at position ${position}`
  return new ConstraintError(code, message, { where: { position } })
}
