/** Passages returned by one search. */
const mostPassages = 3

/** The lines of `text` that share most words with `query`, best first; rare words count for more. */
export function searchText(query: string, text: string): string {
  const passages = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const wordsOf = passages.map((passage) => new Set(words(passage)))
  const wanted = new Set(words(query))
  const weights = new Map([...wanted].map((word) => [word, rarity(word, wordsOf)]))
  const scored = passages.map((passage, i) => ({
    passage,
    score: [...wanted].reduce(
      (sum, word) => sum + (wordsOf[i]?.has(word) === true ? (weights.get(word) ?? 0) : 0),
      0,
    ),
  }))
  const found = scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score)
  if (found.length === 0) return `Nothing was found for “${query}”.`
  return found
    .slice(0, mostPassages)
    .map(({ passage }) => passage)
    .join('\n')
}

function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
}

function rarity(word: string, passages: readonly Set<string>[]): number {
  const containing = passages.filter((passage) => passage.has(word)).length
  return Math.log(1 + passages.length / (1 + containing))
}
