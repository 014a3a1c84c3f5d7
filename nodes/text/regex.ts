import { WoolgatherError } from '@woolgather/workflow'
import { RE2JS, RE2JSSyntaxException } from 're2js'
import { z } from 'zod'

/** Patterns longer than this are generated or hostile. */
const longestPattern = 1_000
/** Instructions of the compiled pattern × characters: about a second at worst. */
const mostWork = 100_000_000
/** One search is linear, but looking for all matches may search to the end again and again. */
const patienceMs = 2_000

export interface RegexFlags {
  /** Capitals and small letters are the same. */
  ignoreCase?: boolean
  /** `^` and `$` stand for the ends of each line, not of the text. */
  multiline?: boolean
  /** `.` stands for line breaks, too. */
  dotAll?: boolean
}

export interface RegexMatch {
  text: string
  /** Where it begins and ends in the text, in UTF-16 units. */
  start: number
  end: number
  /** What the groups took, from group 1; undefined where a group took no part. */
  groups: (string | undefined)[]
  named: Record<string, string | undefined>
}

/**
 * A regular expression from a workflow, on an engine whose time is linear in the text (RE2): workflows come from
 * anywhere, and a pattern like `(a+)+$` must not stop the worker. RE2 knows neither look-around nor back-references.
 */
export class Regex {
  readonly #compiled: RE2JS
  readonly #names: Record<string, number>
  readonly #input: string

  /**
   * @param input the input of the node that the pattern came from, for errors
   * @throws WoolgatherError invalid-input, saying where the pattern is wrong
   */
  constructor(pattern: string, flags: RegexFlags, input: string) {
    this.#input = input
    this.#compiled = compile(pattern, flags, input)
    this.#names = this.#compiled.namedGroups()
  }

  /** How many groups the pattern has, and what the named ones are called. */
  get groupCount(): number {
    return this.#compiled.groupCount()
  }

  get groupNames(): string[] {
    return Object.keys(this.#names)
  }

  /** Whether the pattern is found in the text. @throws WoolgatherError invalid-input */
  isIn(text: string): boolean {
    this.#refuseHugeWork(text)
    return this.#compiled.test(text)
  }

  /** Whether the whole text is a match. @throws WoolgatherError invalid-input */
  isAll(text: string): boolean {
    this.#refuseHugeWork(text)
    return this.#compiled.testExact(text)
  }

  /** Matches from the start, none overlapping. @throws WoolgatherError invalid-input, timeout */
  *matches(text: string): Generator<RegexMatch> {
    this.#refuseHugeWork(text)
    const deadline = performance.now() + patienceMs
    const matcher = this.#compiled.matcher(text)
    const groupOf = (index: number | string): string | undefined => matcher.group(index) ?? undefined
    while (matcher.find()) {
      yield {
        text: groupOf(0) ?? '',
        start: matcher.start(),
        end: matcher.end(),
        groups: Array.from({ length: this.groupCount }, (_, index) => groupOf(index + 1)),
        named: Object.fromEntries(this.groupNames.map((name) => [name, groupOf(name)])),
      }
      if (performance.now() > deadline) throw this.#tooSlow()
    }
  }

  /** The text with the first match, or all of them, replaced. @throws WoolgatherError invalid-input, timeout */
  replace(text: string, replacement: (match: RegexMatch) => string, all: boolean): string {
    const pieces: string[] = []
    let from = 0
    for (const match of this.matches(text)) {
      pieces.push(text.slice(from, match.start), replacement(match))
      from = match.end
      if (!all) break
    }
    return pieces.join('') + text.slice(from)
  }

  #refuseHugeWork(text: string): void {
    if (this.#compiled.programSize() * text.length <= mostWork) return
    throw new WoolgatherError(
      'invalid-input',
      `The pattern is too large for a text of ${text.length} characters.`,
      { input: this.#input, hint: 'Use smaller repeat counts, or split the text first.' },
    )
  }

  #tooSlow(): WoolgatherError {
    return new WoolgatherError(
      'timeout',
      `Looking for all matches took longer than ${patienceMs / 1000} s.`,
      { input: this.#input, hint: 'Make the pattern more definite, or split the text first.' },
    )
  }
}

function compile(pattern: string, flags: RegexFlags, input: string): RE2JS {
  if (pattern.length > longestPattern) {
    throw new WoolgatherError('invalid-input', `The pattern has ${pattern.length} characters.`, {
      input,
      hint: `Use at most ${longestPattern}.`,
    })
  }
  try {
    return RE2JS.compile(pattern, bitsOf(flags))
  } catch (error) {
    throw new WoolgatherError('invalid-input', problemOf(pattern, error), {
      input,
      hint: hintFor(error),
      cause: error,
    })
  }
}

function bitsOf({ ignoreCase, multiline, dotAll }: RegexFlags): number {
  return (
    (ignoreCase === true ? RE2JS.CASE_INSENSITIVE : 0) |
    (multiline === true ? RE2JS.MULTILINE : 0) |
    (dotAll === true ? RE2JS.DOTALL : 0)
  )
}

function problemOf(pattern: string, error: unknown): string {
  if (!(error instanceof RE2JSSyntaxException)) {
    return `The pattern is no regular expression: ${error instanceof Error ? error.message : String(error)}`
  }
  const part = error.getPattern() ?? ''
  const at = pattern.indexOf(part)
  const where = part === '' || at < 0 ? '' : ` at character ${at + 1}, “${part}”`
  return `The pattern is wrong${where}: ${describe(part, error.getDescription())}.`
}

function describe(part: string, description: string): string {
  if (/^\(\?(?:<?[=!])/.test(part)) return 'look-around is not known here'
  if (/^\\[1-9]/.test(part)) return 'back-references are not known here'
  return description
}

function hintFor(error: unknown): string {
  const part = error instanceof RE2JSSyntaxException ? (error.getPattern() ?? '') : ''
  if (/^\(\?(?:<?[=!])|^\\[1-9]/.test(part)) {
    return 'Patterns run on RE2, whose time is bounded; capture what you want with a group instead.'
  }
  return 'Write \\ before ( ) [ ] { } . * + ? where the character itself is meant.'
}

const flagDescriptions = {
  ignoreCase: 'Capitals and small letters are the same.',
  multiline: '^ and $ stand for the ends of each line, not of the whole text.',
  dotAll: '. stands for line breaks, too.',
} as const

interface FlagInput {
  type: 'boolean'
  description: string
  schema: z.ZodDefault<z.ZodBoolean>
  advanced: boolean
}

/** The input for a flag, the same on every node that has it. */
export function flagInput(flag: keyof RegexFlags, initially: boolean): FlagInput {
  return {
    type: 'boolean',
    description: flagDescriptions[flag],
    schema: z.boolean().default(initially),
    advanced: flag !== 'ignoreCase',
  }
}
