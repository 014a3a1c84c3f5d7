import type { FoundIssue } from '../issues/collect-issues.ts'
import { findCycles } from '../graph/find-cycles.ts'
import type { Scope } from './scope.ts'

/** Shown of a long cycle: enough to find it. */
const shownNodes = 8

/** One issue per cycle, told at every node on it so that each is known to be unable to run. */
export function* cycleIssues(scope: Scope): Generator<FoundIssue> {
  for (const cycle of findCycles(scope.targets)) {
    const names = cycle.slice(0, shownNodes).map((i) => `\`${scope.ids[i]}\``)
    const first = names[0] as string
    if (cycle.length > shownNodes) names.push(`… (${cycle.length} nodes)`)
    yield {
      code: 'cycle',
      message: `These nodes wait for each other: ${[...names, first].join(' → ')}.`,
      node: scope.prefix + scope.ids[cycle[0] as number],
      hint: 'Remove one of the links, or repeat them with loopback/start and loopback/end.',
    }
  }
}
