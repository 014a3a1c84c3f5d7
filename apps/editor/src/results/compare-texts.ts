import { diffWordsWithSpace } from 'diff'

export interface Change {
  kind: 'same' | 'added' | 'removed'
  text: string
}

/**
 * What became of a text, word by word. Changes with nothing but space between them are told as one, first what went,
 * then what came: `~~a b~~ c d` reads better than `~~a~~ c ~~b~~ d`.
 */
export function compareTexts(before: string, after: string): Change[] {
  const changes: Change[] = []
  let removed = ''
  let added = ''
  const flush = (): void => {
    if (removed !== '') changes.push({ kind: 'removed', text: removed })
    if (added !== '') changes.push({ kind: 'added', text: added })
    removed = ''
    added = ''
  }
  for (const part of diffWordsWithSpace(before, after)) {
    if (part.added) added += part.value
    else if (part.removed) removed += part.value
    else if (removed + added !== '' && part.value.trim() === '') {
      removed += part.value
      added += part.value
    } else {
      flush()
      changes.push({ kind: 'same', text: part.value })
    }
  }
  flush()
  return changes
}

/** Texts longer than this are compared too slowly to be stepped through (characters, both together). */
export const longestCompared = 60_000

/** Whether two texts have so much in common (0 to 1) that marking what differs says more than showing both. */
export function isWorthMarking(before: string, after: string, common = 0.4): boolean {
  return before.length + after.length <= longestCompared && keptPart(compareTexts(before, after)) >= common
}

/** How much of a text was there before, 0 to 1. */
export function keptPart(changes: readonly Change[]): number {
  const length = (kind: Change['kind']): number =>
    changes.reduce((sum, change) => sum + (change.kind === kind ? change.text.length : 0), 0)
  const same = length('same')
  return same / Math.max(1, same + Math.min(length('removed'), length('added')))
}
