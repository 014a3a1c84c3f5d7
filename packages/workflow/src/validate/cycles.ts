import { findCycles } from '../find-cycles.ts'
import type { Issue } from '../issues.ts'
import type { Scope } from './scope.ts'

/** Shown of a long cycle: enough to find it. */
const shownNodes = 8

/** One issue per cycle, told at every node on it so that each is known to be unable to run. */
export function cycleIssues(scope: Scope): Issue[] {
  return findCycles(scope.targets).flatMap((cycle) => {
    const names = cycle.map((i) => scope.ids[i] as string)
    const shown = names.slice(0, shownNodes).map((name) => `\`${name}\``)
    if (names.length > shownNodes) shown.push(`… (${names.length} nodes)`)
    shown.push(`\`${names[0]}\``)
    return [
      {
        code: 'cycle',
        message: `These nodes wait for each other: ${shown.join(' → ')}.`,
        node: scope.prefix + names[0],
        hint: 'Remove one of the links, or repeat them with loopback/start and loopback/end.',
      },
    ]
  })
}
