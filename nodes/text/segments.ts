/** The words of a text in any script; punctuation and spaces are none. */
export function wordsOf(text: string): string[] {
  const words: string[] = []
  for (const { segment, isWordLike } of segments(text, 'word')) if (isWordLike === true) words.push(segment)
  return words
}

export function sentencesOf(text: string): string[] {
  return Array.from(segments(text, 'sentence'), ({ segment }) => segment)
}

/** Characters as people see them: a letter with its accents, or a family of emoji, is one. */
export function countCharacters(text: string): number {
  let count = 0
  for (const _ of segments(text, 'grapheme')) count++
  return count
}

export function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/)
}

export function paragraphsOf(text: string): string[] {
  return text.split(/(?:\r\n|\r|\n)(?:[^\S\r\n]*(?:\r\n|\r|\n))+/)
}

function segments(text: string, granularity: 'word' | 'sentence' | 'grapheme'): Intl.Segments {
  return new Intl.Segmenter('en', { granularity }).segment(text)
}
