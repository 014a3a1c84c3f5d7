import { useMemo } from 'react'
import { compareTexts, keptPart } from './compare-texts.ts'

/** Texts longer than this are compared word by word too slowly to be stepped through (characters, both together). */
const longest = 60_000

export interface DifferenceProps {
  before: string
  after: string
  /** Below this part in common (0 to 1) the second text is shown as it is: marking everything says nothing. */
  unless?: number
}

/** The second text, with what it has more than the first marked, and what it lacks struck out. */
export function Difference({ before, after, unless = 0 }: DifferenceProps) {
  const changes = useMemo(
    () => (before.length + after.length > longest ? undefined : compareTexts(before, after)),
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
