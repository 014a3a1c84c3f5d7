/** The words of a text in any script; punctuation and spaces are none. */
export function wordsOf(text: string): string[] {
  return segmentsOf(text, 'word').flatMap(({ segment, isWordLike }) => (isWordLike === true ? [segment] : []))
}

export function sentencesOf(text: string): string[] {
  return segmentsOf(text, 'sentence').map(({ segment }) => segment)
}

/** Characters as people see them: a letter with its accents, or a family of emoji, is one. */
export function countCharacters(text: string): number {
  return segmentsOf(text, 'grapheme').length
}

export function linesOf(text: string): string[] {
  return text.split(/\r\n|\r|\n/)
}

export function paragraphsOf(text: string): string[] {
  return text.split(/(?:\r\n|\r|\n)(?:[^\S\r\n]*(?:\r\n|\r|\n))+/)
}

function segmentsOf(text: string, granularity: 'word' | 'sentence' | 'grapheme'): Intl.SegmentData[] {
  return [...new Intl.Segmenter('en', { granularity }).segment(text)]
}
