import { mostIssues } from '../json/bounded.ts'
import type { Issue } from './issues.ts'

/** An issue whose hint may still have to be looked for, which costs more than all the rest of it. */
export interface FoundIssue extends Omit<Issue, 'hint'> {
  hint?: string | (() => string) | undefined
  /** For how many it stands; absent: one. */
  times?: number
}

/** Of as many the hint is looked for: who has more wrong than this begins with the first. */
const mostSuggestions = 20

/**
 * The first `most` of what is found, and last, where there was more, an issue that says how much.
 * @param found counted to its end; hints are looked for only where they are told
 */
export function collectIssues(found: Iterable<FoundIssue>, most: number = mostIssues): Issue[] {
  const issues: Issue[] = []
  let more = 0
  for (const issue of found) {
    more += issue.times ?? 1
    if (issues.length === most) continue
    issues.push(withHint(issue, issues.length < mostSuggestions))
    more--
  }
  if (more > 0) issues.push(tooManyIssues(most, more))
  return issues
}

/** @param more how many were found, or left unseen, behind those that are told */
export function tooManyIssues(told: number, more: number): Issue {
  return {
    code: 'too-many-issues',
    message: `These are the first ${told} issues; there are ${more} more.`,
    more,
    hint: 'Mend these first: often many go with one.',
  }
}

function withHint({ hint, ...found }: FoundIssue, looksFor: boolean): Issue {
  const issue: FoundIssue = found
  delete issue.times
  const text = typeof hint !== 'function' ? hint : looksFor ? hint() : undefined
  return { ...(issue as Issue), ...(text !== undefined && { hint: text }) }
}
