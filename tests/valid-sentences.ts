import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './scratch.ts'

interface Grammar {
  slots: Record<string, string[]>
  sentences: string[]
}

const { slots, sentences } = JSON.parse(
  readFileSync(path.join(root, 'models/demo/sentences.json'), 'utf8'),
) as Grammar

/** A template as a pattern, with whatever may stand in its slots. */
function patternOf(template: string): string {
  return template
    .split(/\{(\w+)\}/)
    .map((part, at) => (at % 2 === 0 ? escaped(part) : `(?:${slots[part]!.map(patternOf).join('|')})`))
    .join('')
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

const valid = RegExp(`(?:${sentences.map(patternOf).join('|')})(?: |$)`, 'y')
/** Where the next sentence may begin, after one that is not valid. */
const next = /[.!?]["”]?(?: |$)/g

/** Of the sentences of a text how many there are, and how many of them the demo's grammar can write. */
export function countValid(text: string): { valid: number; all: number } {
  const counts = { valid: 0, all: 0 }
  for (let at = 0; at < text.length;) {
    valid.lastIndex = next.lastIndex = at
    counts.all++
    if (valid.test(text)) {
      counts.valid++
      at = valid.lastIndex
    } else at = next.test(text) ? next.lastIndex : text.length
  }
  return counts
}

/** The share over several texts. */
export function validShare(texts: readonly string[]): number {
  const counts = texts.map((text) => countValid(text.trim()))
  const all = counts.reduce((sum, { all: one }) => sum + one, 0)
  return counts.reduce((sum, { valid: one }) => sum + one, 0) / Math.max(1, all)
}
