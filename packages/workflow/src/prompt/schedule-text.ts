import { mostPieces } from './prompt-mix.ts'
import { parseSchedule, type ScheduleNode } from './parse-schedule.ts'
import {
  always,
  countMoments,
  isBefore,
  leastCommonMultiple,
  timedFrom,
  type Changes,
  type Moment,
  type Timed,
} from './timed.ts'

/** Characters of all texts together; a person's prompt stays far below. */
const mostCharacters = 4_000_000

/**
 * A prompt with schedules as the plain text it is at each step; still with its attention brackets. Schedules that
 * change too often are text.
 */
export function scheduleText(prompt: string): { texts: Timed<string>; tooOften: boolean } {
  const { nodes } = parseSchedule(prompt)
  const changes = changesIn(nodes)
  const moments = countMoments(changes)
  if (moments > mostPieces || (moments > 1 && moments * prompt.length > mostCharacters)) {
    return { texts: always(prompt), tooOften: true }
  }
  return { texts: timedFrom(changes, (moment) => textAt(nodes, moment)), tooOften: false }
}

function changesIn(nodes: readonly ScheduleNode[]): Changes {
  const steps: number[] = []
  const fractions: number[] = []
  let period = 1
  for (const node of walk(nodes)) {
    if (node.kind === 'cycle') period = leastCommonMultiple(period, node.options.length)
    if (node.kind !== 'switch') continue
    // a switch before the first step or after the last never changes anything
    if ('step' in node.when && node.when.step >= 1) steps.push(node.when.step)
    if ('fraction' in node.when && node.when.fraction > 0 && node.when.fraction < 1) {
      fractions.push(node.when.fraction)
    }
  }
  return { steps, fractions, period }
}

function* walk(nodes: readonly ScheduleNode[]): Generator<ScheduleNode> {
  for (const node of nodes) {
    yield node
    if (node.kind === 'switch') yield* walk([...node.from, ...node.to])
    if (node.kind === 'cycle') yield* walk(node.options.flat())
  }
}

/** What schedules say at a moment. */
export function textAt(nodes: readonly ScheduleNode[], moment: Moment): string {
  return nodes
    .map((node) => {
      switch (node.kind) {
        case 'text':
          return node.text
        case 'switch':
          return textAt(isFirst(node, moment) ? node.from : node.to, moment)
        case 'cycle':
          return textAt(node.options[moment.phase % node.options.length] ?? [], moment)
      }
    })
    .join('')
}

function isFirst({ when }: ScheduleNode & { kind: 'switch' }, moment: Moment): boolean {
  if ('fraction' in when && when.fraction >= 1) return true
  return isBefore(moment, when)
}
