import { ConstraintError } from '../errors/constraint-error.ts'
import type { RegexDialect } from './regex-characters.ts'

/** A pattern in JavaScript's Unicode syntax, and where each code unit of it came from. */
export interface TranslatedPattern {
  readonly pattern: string
  readonly positionOf: (index: number) => number
  /** Whether `\w \d \s \b` and cases are ASCII's there. */
  readonly asciiAt: (index: number) => boolean
  /** Whether an anchor was written as `^` or `$`, which may stand at lines, not as `\A`, `\Z` or `\z`. */
  readonly isLineAnchorAt: (index: number) => boolean
  readonly flags: PatternFlags
}

export interface PatternFlags {
  readonly ignoreCase: boolean
  /** `.` matches line breaks too. */
  readonly dotAll: boolean
  /** `^` and `$` match at lines too. */
  readonly multiline: boolean
}

/** Flags that regexes in JavaScript have not, as they hold at one place. */
interface Scope {
  readonly ascii: boolean
  /** Blanks and comments mean nothing. */
  readonly verbose: boolean
}

export const spellOut = 'Spell the alternatives out.'

/** Groups inside one another; deeper would exhaust the parser's stack. */
const maximumDepth = 300
const maximumLength = 200_000

/** What cannot be translated, by name, and what to do instead. */
const unsupportedGroups: readonly (readonly [RegExp, string, string])[] = [
  [/^\(\?P=/, 'a back-reference', spellOut],
  [/^\(\?>/, 'an atomic group', 'Use a plain group, (?:…).'],
  [/^\(\?\(/, 'a conditional group', spellOut],
  [/^\(\?\|/, 'a branch reset group', 'Use a plain group, (?:…).'],
  [/^\(\?(R|&|P>|[+-]?\d)/, 'a recursive call', 'Use a grammar: its rules may use themselves.'],
  [/^\(\?[a-zA-Z]+\)/, 'a flag that begins in the middle of the pattern', 'Give it to a group: (?i:…).'],
  [
    /^\(\?(?![:=!#<]|P<|[aiLmsux]*(?:-[imsx]+)?:|$)/,
    'a group of an unknown kind',
    'There are (…), (?:…), (?P<name>…), flags such as (?i:…), and look-around.',
  ],
]
/** Classes of other notations, which Python takes for characters, with a warning. */
const foreignClass = /^(?:\[:\^?[a-z]+:\]|(?:&&|--|\|\||~~)\[)/
const groupFlags = /^\(\?([aiLmsux]*)(?:-([imsx]+))?:/
const keptEscapes =
  /^\\(?:[dDwWsSnrtfvB^$\\.*+?()[\]{}|/]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]+\}|c[a-zA-Z])/
/** Python's: `\0`, or three digits; any number of them in a class. */
const octalEscape = /^\\(0[0-7]{0,2}|[1-7][0-7]{2})/
const octalInClass = /^\\([0-7]{1,3})/
const largestOctal = 0o377
const wideEscape = /^\\U([0-9a-fA-F]{8})/
/** With braces, as Rust and Perl have them; of a schema's pattern it is not known what they mean. */
const anyWideEscape = /^\\(?:U([0-9a-fA-F]{8})|[xU]\{([0-9a-fA-F]+)\})/
const quantifier = /^\{(?:\d+(?:,\d*)?|,\d*)\}/

/**
 * Rewrites what Python writes differently: leading `(?i)`, `\A`, `\Z`, `(?P<name>`, comments, verbose patterns,
 * escapes of punctuation, literal braces and brackets.
 * @throws {ConstraintError} `unsupported-regex` or `invalid-regex` with the position in the source
 */
export function translatePattern(source: string, dialect: RegexDialect): TranslatedPattern {
  if (source.length > maximumLength) {
    throw new ConstraintError(
      'too-large',
      `A regex may have ${maximumLength} characters, this has ${source.length}`,
    )
  }
  return new Translator(source, dialect).translate()
}

class Translator {
  readonly #source: string
  readonly #dialect: RegexDialect
  #position = 0
  #output = ''
  readonly #origins: number[] = []
  readonly #asciiParts: boolean[] = []
  #flags = ''
  #scope: Scope = { ascii: false, verbose: false }
  /** Of the groups around. */
  readonly #scopes: Scope[] = []

  constructor(source: string, dialect: RegexDialect) {
    this.#source = source
    this.#dialect = dialect
  }

  translate(): TranslatedPattern {
    this.#readLeadingFlags()
    this.#scope = this.#scopeWith(this.#flags)
    while (this.#position < this.#source.length) this.#translateNext()
    const origins = this.#origins
    const asciiParts = this.#asciiParts
    const source = this.#source
    return {
      pattern: this.#output,
      positionOf: (index) => origins[index] ?? source.length,
      asciiAt: (index) => asciiParts[index] === true,
      isLineAnchorAt: (index) => source[origins[index] ?? source.length] !== '\\',
      flags: {
        ignoreCase: this.#flags.includes('i'),
        dotAll: this.#flags.includes('s'),
        multiline: this.#flags.includes('m'),
      },
    }
  }

  #readLeadingFlags(): void {
    for (
      let found = this.#match(/^\(\?([a-zA-Z]+)\)/);
      found !== undefined;
      found = this.#match(/^\(\?([a-zA-Z]+)\)/)
    ) {
      if (found[1] === 'R') return
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
    else if (this.#scope.verbose && /[ \t\n\r\v\f#]/.test(next)) this.#skipBlank(next)
    else if ('*+?'.includes(next)) this.#translateQuantifier(next)
    else {
      this.#emit(next, 1)
      if (next === ')') this.#scope = this.#scopes.pop() ?? this.#scope
    }
  }

  #skipBlank(next: string): void {
    const end = next === '#' ? this.#source.indexOf('\n', this.#position) : this.#position
    this.#position = end < 0 ? this.#source.length : end + 1
  }

  #scopeWith(added: string, removed: string = ''): Scope {
    const { ascii, verbose } = this.#scope
    return {
      ascii: (ascii || added.includes('a')) && !added.includes('u'),
      verbose: (verbose || added.includes('x')) && !removed.includes('x'),
    }
  }

  #translateQuantifier(text: string, length: number = text.length): void {
    const begin = this.#position
    this.#emit(text, length)
    if (this.#source[this.#position] === '?') this.#emit('?', 1)
    else if (this.#source[this.#position] === '+')
      throw refuseRegex(
        'unsupported-regex',
        'a possessive quantifier',
        begin,
        'Leave out the “+” after the quantifier.',
      )
  }

  #translateBrace(): void {
    const found = this.#match(quantifier)
    if (found === undefined) this.#emit('\\{', 1)
    else this.#translateQuantifier(found[0].replace('{,', '{0,'), found[0].length)
  }

  #translateGroup(): void {
    if (this.#source.startsWith('(?#', this.#position)) return this.#skipComment()
    const rest = this.#source.slice(this.#position, this.#position + 20)
    const unsupported = unsupportedGroups.find(([form]) => form.test(rest))
    if (unsupported !== undefined)
      throw refuseRegex('unsupported-regex', unsupported[1], this.#position, unsupported[2])
    if (this.#scopes.push(this.#scope) > maximumDepth) {
      throw new ConstraintError(
        'too-large',
        `Groups are nested more than ${maximumDepth} deep, at position ${this.#position}`,
        {
          where: { position: this.#position },
        },
      )
    }
    const flags = groupFlags.exec(rest)
    if (flags !== null) this.#translateFlags(flags)
    else if (rest.startsWith('(?P<')) this.#emit('(?<', 4)
    else this.#emit(/^\(\?(?:<[=!]|[=!<])/.exec(rest)?.[0] ?? '(')
  }

  /** `(?aimsux-imsx:`: what JavaScript has not is kept as the scope. */
  #translateFlags([text, added = '', removed = '']: RegExpExecArray): void {
    const known = (letters: string): string =>
      [...new Set(letters)].filter((one) => 'ims'.includes(one)).join('')
    const without = known(removed)
    this.#emit(`(?${known(added)}${without === '' ? '' : `-${without}`}:`, text.length)
    this.#scope = this.#scopeWith(added, removed)
  }

  #skipComment(): void {
    const end = this.#source.indexOf(')', this.#position)
    if (end < 0) this.#refuse('invalid-regex', 'a comment that is never closed', this.#position)
    this.#position = end + 1
  }

  #translateClass(): void {
    const begin = this.#position
    this.#emit('[', 1)
    if (this.#source[this.#position] === '^') this.#emit('^', 1)
    if (this.#source[this.#position] === ']') this.#emit('\\]', 1)
    while (this.#source[this.#position] !== ']') {
      if (this.#position >= this.#source.length)
        this.#refuse('invalid-regex', 'a class that is never closed', begin)
      this.#refuseForeignClass()
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

  #refuseForeignClass(): void {
    const foreign = this.#dialect === 'python' ? this.#match(foreignClass) : undefined
    if (foreign === undefined) return
    const hint = 'Write its characters, such as [a-zA-Z], or \\p{L}; the bracket itself is \\[.'
    throw refuseRegex('unsupported-regex', `“${foreign[0]}” in a class`, this.#position, hint)
  }

  #translateEscape(inClass: boolean): void {
    const begin = this.#position
    const next = this.#source[begin + 1]
    if (next === undefined) this.#refuse('invalid-regex', 'a backslash with nothing after it', begin)
    const octal = this.#match(inClass ? octalInClass : octalEscape)
    const wide = this.#match(this.#dialect === 'python' ? anyWideEscape : wideEscape)
    const property = this.#match(/^\\([pP])(?:\{([^}]*)\}|([A-Z]))/)
    const kept = this.#match(keptEscapes)
    if (octal !== undefined) this.#translateOctal(octal)
    else if (wide !== undefined) this.#emit(`\\u{${wide[1] ?? wide[2]!}}`, wide[0].length)
    else if (property !== undefined) this.#translateProperty(property)
    else if (kept !== undefined) this.#emit(kept[0])
    else if (next === 'a') this.#emit(hexEscape(7), 2)
    else if (next === 'b') this.#emit(inClass ? hexEscape(8) : '\\b', 2)
    else if (next === 'A' && !inClass) this.#emit('^', 2)
    else if (/[zZ]/.test(next) && !inClass) this.#emit('$', 2)
    else if (/[89]/.test(next) && inClass) this.#refuse('invalid-regex', `the escape "\\${next}"`, begin)
    else if (/[1-9k]/.test(next)) throw refuseRegex('unsupported-regex', 'a back-reference', begin, spellOut)
    else if (/[a-zA-Z]/.test(next)) this.#refuseEscape(begin)
    else if (next === '-' && inClass) this.#emit('\\-', 2)
    else this.#emit(next, 2)
  }

  #translateOctal([text, digits = '']: RegExpExecArray): void {
    const point = Number.parseInt(digits, 8)
    if (point > largestOctal)
      this.#refuse('invalid-regex', `an octal escape "${text}" above 377`, this.#position)
    this.#emit(hexEscape(point), text.length)
  }

  /** `\p{Lu}`, `\pL`, and scripts by their names alone, as Rust and Java have them. */
  #translateProperty([text, letter, name, short]: RegExpExecArray): void {
    const known = [name ?? short, `Script=${name}`].find((one) => isProperty(one!))
    if (known === undefined)
      throw refuseRegex(
        'unsupported-regex',
        `the property "${text}"`,
        this.#position,
        'There are those of Unicode: \\p{L}, \\p{Lu}, \\p{Greek}.',
      )
    this.#emit(`\\${letter}{${known}}`, text.length)
  }

  #refuseEscape(begin: number): never {
    const name = this.#match(/^\\N\{[^}]*\}/)?.[0]
    const escape = name ?? this.#source.slice(begin, begin + 2)
    const hint = 'Write the character itself, or its number: \\u2022.'
    throw refuseRegex('unsupported-regex', `the escape "${escape}"`, begin, hint)
  }

  #match(form: RegExp): RegExpExecArray | undefined {
    return form.exec(this.#source.slice(this.#position, this.#position + 1_000)) ?? undefined
  }

  #emit(text: string, length: number = text.length): void {
    for (let index = 0; index < text.length; index++) {
      this.#origins.push(this.#position)
      this.#asciiParts.push(this.#scope.ascii)
    }
    this.#output += text
    this.#position += length
  }

  #refuse(code: 'unsupported-regex' | 'invalid-regex', what: string, position: number): never {
    throw refuseRegex(code, what, position)
  }
}

function isProperty(name: string): boolean {
  try {
    return new RegExp(`\\p{${name}}`, 'u').unicode
  } catch {
    return false
  }
}

function hexEscape(point: number): string {
  return `\\x${point.toString(16).padStart(2, '0')}`
}

export function refuseRegex(
  code: 'unsupported-regex' | 'invalid-regex',
  what: string,
  position: number,
  hint?: string,
): ConstraintError {
  const message =
    code === 'unsupported-regex'
      ? `The regex uses ${what} at position ${position}, which cannot be translated to an automaton`
      : `The regex has ${what} at position ${position}`
  return new ConstraintError(code, message, { where: { position }, ...(hint !== undefined && { hint }) })
}
