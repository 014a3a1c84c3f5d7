/** Matches that are marked; of more it is said that there are more. */
export const mostMatches = 2000

/** Where a text has some words, whatever their case: the first letter of each place. */
export function findText(text: string, words: string): number[] {
  if (words === '') return []
  const [inside, wanted] = [foldCase(text), foldCase(words)]
  const found: number[] = []
  for (let at = inside.indexOf(wanted); at >= 0 && found.length < mostMatches;) {
    found.push(at)
    at = inside.indexOf(wanted, at + wanted.length)
  }
  return found
}

/** Without case where that keeps every letter at its place. */
function foldCase(text: string): string {
  const folded = text.toLowerCase()
  return folded.length === text.length ? folded : text
}

/** The places of some words in what an element shows, as ranges of it. */
export function findRanges(root: Element, words: string): Range[] {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  const parts: { node: Text; from: number }[] = []
  let text = ''
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    parts.push({ node: node as Text, from: text.length })
    text += (node as Text).data
  }
  let part = 0
  const placeOf = (at: number, isEnd: boolean): [Text, number] => {
    const reaches = ({ node, from }: { node: Text; from: number }): boolean =>
      isEnd ? at <= from + node.length : at < from + node.length
    while (part < parts.length - 1 && !reaches(parts[part]!)) part++
    const { node, from } = parts[part]!
    return [node, at - from]
  }
  return findText(text, words).map((at) => {
    const range = document.createRange()
    range.setStart(...placeOf(at, false))
    range.setEnd(...placeOf(at + words.length, true))
    return range
  })
}
