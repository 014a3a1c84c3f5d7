export interface FindOptions {
  ignoreCase: boolean
  wholeWords: boolean
}

/** Every occurrence of the words or phrases, as it stands in the text; where several fit, the longest. */
export function findWords(text: string, words: readonly string[], options: FindOptions): string[] {
  const longestFirst = words.filter((word) => word !== '').toSorted((a, b) => b.length - a.length)
  if (longestFirst.length === 0) return []
  const any = longestFirst.map(asPattern).join('|')
  // \b knows ASCII only
  const pattern = options.wholeWords ? `(?<![\\p{L}\\p{N}_])(?:${any})(?![\\p{L}\\p{N}_])` : any
  return text.match(new RegExp(pattern, options.ignoreCase ? 'giu' : 'gu')) ?? []
}

/** A phrase is found over line breaks, too. */
function asPattern(word: string): string {
  return word
    .trim()
    .split(/\s+/)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, (char) => `\\u{${char.charCodeAt(0).toString(16)}}`))
    .join('\\s+')
}
