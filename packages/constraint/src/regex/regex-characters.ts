import type { AST } from '@eslint-community/regexpp'
import { JS, type CharSet } from 'refa'
import { charactersBetween, charactersOf, everyCharacter } from '../grammar/characters.ts'

/** Python reads text as Unicode; patterns inside a JSON Schema are ECMAScript. */
export type RegexDialect = 'python' | 'ecmascript'

export interface CharacterFlags {
  readonly ignoreCase: boolean
  readonly dotAll: boolean
  readonly ascii: boolean
  readonly dialect: RegexDialect
}

type ClassElement = AST.CharacterClassElement | AST.CharacterSet | AST.Character

const unicode = { unicode: true } as const
const asciiSpace = charactersOf('\t\n\v\f\r ')
/** What `str.isspace` says in Python. */
const pythonSpace = asciiSpace
  .union(charactersBetween(0x1c, 0x1f))
  .union(charactersOf('\u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000'))
  .union(charactersBetween(0x2000, 0x200a))
const asciiWord = JS.createCharSet([{ kind: 'word', negate: false }], unicode)
const asciiDigit = charactersBetween(0x30, 0x39)
let unicodeWord: CharSet | undefined
let unicodeDigit: CharSet | undefined

/** The characters that one element of a pattern matches. */
export function readCharacters(element: ClassElement | AST.CharacterClass, flags: CharacterFlags): CharSet {
  switch (element.type) {
    case 'Character':
      return foldCase([element.value], flags)
    case 'CharacterClassRange':
      return foldCase([{ min: element.min.value, max: element.max.value }], flags)
    case 'CharacterSet':
      return readSet(element, flags)
    case 'CharacterClass': {
      const set = element.elements.reduce<CharSet>(
        (union, part) => union.union(readCharacters(part, flags)),
        charactersOf(''),
      )
      return element.negate ? set.negate() : set
    }
    default:
      throw new TypeError(`"${element.type}" belongs to a syntax that is not parsed`)
  }
}

export function wordCharacters({ dialect, ascii }: CharacterFlags): CharSet {
  if (ascii || dialect === 'ecmascript') return asciiWord
  return (unicodeWord ??= property('L').union(property('N')).union(charactersOf('_')))
}

function readSet(set: AST.CharacterSet, flags: CharacterFlags): CharSet {
  switch (set.kind) {
    case 'any':
      return flags.dotAll ? everyCharacter : lineBreaks(flags).negate()
    case 'digit':
      return negateIf(set.negate, digits(flags))
    case 'space':
      return negateIf(set.negate, spaces(flags))
    case 'word':
      return negateIf(set.negate, wordCharacters(flags))
    case 'property': {
      const { key, value } = set
      return negateIf(
        set.negate,
        JS.createCharSet([{ kind: 'property', key, value, strings: false, negate: false }], unicode),
      )
    }
  }
}

function lineBreaks({ dialect }: CharacterFlags): CharSet {
  return charactersOf(dialect === 'python' ? '\n' : '\n\r\u2028\u2029')
}

function digits({ dialect, ascii }: CharacterFlags): CharSet {
  return ascii || dialect === 'ecmascript' ? asciiDigit : (unicodeDigit ??= property('Nd'))
}

function spaces({ dialect, ascii }: CharacterFlags): CharSet {
  if (dialect === 'ecmascript') return JS.createCharSet([{ kind: 'space', negate: false }], unicode)
  return ascii ? asciiSpace : pythonSpace
}

function property(value: string): CharSet {
  const set = { kind: 'property', key: 'General_Category', value, strings: false, negate: false } as const
  return JS.createCharSet([set], unicode)
}

function negateIf(negate: boolean, set: CharSet): CharSet {
  return negate ? set.negate() : set
}

function foldCase(
  characters: (number | { min: number; max: number })[],
  { ignoreCase, ascii }: CharacterFlags,
): CharSet {
  const set = JS.createCharSet(characters, { unicode: true, ignoreCase: ignoreCase && !ascii })
  return ignoreCase && ascii ? set.union(otherCase(set, 0x41, 32)).union(otherCase(set, 0x61, -32)) : set
}

/** The 26 letters from `first` on that are in a set, moved. */
function otherCase(set: CharSet, first: number, by: number): CharSet {
  const letters = set.intersect(charactersBetween(first, first + 25))
  return charactersOf('').union(letters.ranges.map(({ min, max }) => ({ min: min + by, max: max + by })))
}
