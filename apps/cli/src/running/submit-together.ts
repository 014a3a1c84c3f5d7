import { mostTogether, type RangeAccepted } from '@woolgather/protocol'
import type { Workflow, WorkflowNode } from '@woolgather/workflow'

/** A run that is to begin, of a workflow that is perhaps like that of others. */
export interface Submission {
  workflow: Workflow
  targets: string[] | undefined
  /** Nobody wants it any more. */
  signal: AbortSignal | undefined
}

export type Accepted = RangeAccepted['runs'][number]

export interface Range extends Submission {
  /** For each run the nodes in which it differs. */
  rows: Record<string, WorkflowNode>[]
}

/** Characters of what differs in one range: far less than a server reads at once. */
const mostCharacters = 4_194_304

/** Milliseconds in which runs gather that are submitted together. */
const gatherFor = 5

interface Waiting extends Submission {
  accepted: (accepted: Accepted) => void
  failed: (error: unknown) => void
}

/** Runs that are begun at about the same time, and differ in some of their nodes only, go to a server together. */
export function submitTogether(
  submit: (range: Range) => Promise<Accepted[]>,
): (submission: Submission) => Promise<Accepted> {
  let waiting: Waiting[] = []

  const submitWaiting = (): void => {
    const all = waiting
    waiting = []
    for (let rest = all; rest.length > 0;) {
      const { alike, others } = splitRange(rest)
      void submitRange(alike)
      rest = others
    }
  }

  const submitRange = async (alike: readonly Alike[]): Promise<void> => {
    const { workflow, targets, signal } = (alike[0] as Alike).waiting
    try {
      const runs = await submit({ workflow, targets, signal, rows: alike.map(({ row }) => row) })
      for (const [index, { waiting }] of alike.entries()) waiting.accepted(runs[index] as Accepted)
    } catch (error) {
      for (const { waiting } of alike) waiting.failed(error)
    }
  }

  return (submission) =>
    new Promise((accepted, failed) => {
      if (waiting.push({ ...submission, accepted, failed }) === 1) setTimeout(submitWaiting, gatherFor)
    })
}

interface Alike {
  waiting: Waiting
  row: Range['rows'][number]
}

function splitRange(all: readonly Waiting[]): { alike: Alike[]; others: Waiting[] } {
  const first = all[0] as Waiting
  const alike: Alike[] = []
  const others: Waiting[] = []
  let characters = 0
  for (const waiting of all) {
    const row = alike.length < mostTogether ? differencesOf(first, waiting) : undefined
    characters += JSON.stringify(row ?? '').length
    // One that is larger than that goes alone.
    if (row === undefined || (characters > mostCharacters && alike.length > 0)) others.push(waiting)
    else alike.push({ waiting, row })
  }
  return { alike, others }
}

/** Nodes that are others, or new; undefined where anything else differs, too. */
function differencesOf(base: Submission, { workflow, targets }: Submission): Alike['row'] | undefined {
  const { nodes, ...same } = { ...base.workflow, targets: base.targets }
  const { nodes: ownNodes, ...own } = { ...workflow, targets }
  const keys = Object.keys({ ...same, ...own }) as (keyof typeof same)[]
  if (keys.some((key) => !isSame(own[key], same[key]))) return undefined
  if (Object.keys(nodes).some((id) => !Object.hasOwn(ownNodes, id))) return undefined
  const changed = Object.entries(ownNodes).filter(([id, node]) => !isSame(node, nodes[id]))
  return Object.fromEntries(changed)
}

/** Most of what is the same is the very same. */
function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}
