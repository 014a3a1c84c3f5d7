/** Texts longer than this are counted by their gaps alone: word for word would hold up the page (characters). */
const longestSegmented = 300_000

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' })

/** Words as the languages of the text have them, also where none stands between two. */
export function countWords(text: string): number {
  if (text.length > longestSegmented) return text.split(/\s+/).filter((part) => part !== '').length
  let count = 0
  for (const { isWordLike } of segmenter.segment(text)) if (isWordLike) count++
  return count
}
