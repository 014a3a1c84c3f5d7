import { CharSet, JS } from 'refa'

export const maximumCodePoint = 0x10ffff

export const everyCharacter: CharSet = CharSet.all(maximumCodePoint)
export const noCharacter: CharSet = CharSet.empty(maximumCodePoint)
/** Code points that no valid UTF-8 text holds. */
export const surrogates: CharSet = charactersBetween(0xd800, 0xdfff)

/** Whether a set has no characters but such: in an automaton it stands for tokens. */
export function isSurrogates({ ranges }: CharSet): boolean {
  const last = ranges[ranges.length - 1]
  return last !== undefined && isSurrogate(ranges[0]!.min) && isSurrogate(last.max)
}

export function isSurrogate(point: number): boolean {
  return point >= 0xd800 && point <= 0xdfff
}

export function charactersBetween(minimum: number, maximum: number): CharSet {
  return CharSet.empty(maximumCodePoint).union([{ min: minimum, max: maximum }])
}

/** The set of the characters of a text. */
export function charactersOf(text: string): CharSet {
  return noCharacter.union(
    Array.from(text, (character) => character.codePointAt(0) as number).map((point) => ({
      min: point,
      max: point,
    })),
  )
}

/** A character in any case, as Unicode folds single characters. */
export function anyCase(character: string): CharSet {
  return JS.createCharSet([character.codePointAt(0) as number], { unicode: true, ignoreCase: true })
}
