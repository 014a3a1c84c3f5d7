import { useMemo } from 'react'
import { compareTexts, keptPart, longestCompared } from './compare-texts.ts'

export interface DifferenceProps {
  before: string
  after: string
  /** Below this part in common (0 to 1) the second text is shown as it is: marking everything says nothing. */
  unless?: number
}

/** The second text, with what it has more than the first marked, and what it lacks struck out. */
export function Difference({ before, after, unless = 0 }: DifferenceProps) {
  const changes = useMemo(
    () => (before.length + after.length > longestCompared ? undefined : compareTexts(before, after)),
    [before, after],
  )
  if (!changes || keptPart(changes) < unless) return after
  return changes.map(({ kind, text }, at) =>
    kind === 'added' ? (
      <ins key={at}>{text}</ins>
    ) : kind === 'removed' ? (
      <del key={at}>{text}</del>
    ) : (
      <span key={at}>{text}</span>
    ),
  )
}
