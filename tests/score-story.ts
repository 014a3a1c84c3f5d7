import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './scratch.ts'

interface WordLists {
  topics: Record<string, { words: string[] }>
  moods: Record<string, { words: string[] }>
  styles: Record<string, { words: string[] }>
}

const lists = JSON.parse(readFileSync(path.join(root, 'models/demo/words.json'), 'utf8')) as WordLists

/** The list with most of its words in the text; the earliest at a tie, none where no word occurs. */
const mostWords = (text: string, candidates: Record<string, { words: string[] }>): string | undefined => {
  const counts = Object.entries(candidates).map(([name, { words }]) => ({
    name,
    count: countWords(text, words),
  }))
  const best = counts.reduce((a, b) => (b.count > a.count ? b : a))
  return best.count > 0 ? best.name : undefined
}

const countWords = (text: string, words: readonly string[]): number => {
  const wanted = new Set(words.map((word) => word.toLowerCase()))
  return (text.toLowerCase().match(/[\p{L}'-]+/gu) ?? []).filter((word) => wanted.has(word)).length
}

export const topicOf = (text: string): string | undefined => mostWords(text, lists.topics)
export const moodOf = (text: string): string | undefined => mostWords(text, lists.moods)
export const isPirate = (text: string): boolean => countWords(text, lists.styles['pirate']?.words ?? []) > 0
