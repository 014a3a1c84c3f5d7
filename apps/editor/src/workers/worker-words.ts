import type { FabricWorker } from '@woolgather/protocol'

/** How a worker of another machine is, in words. */
export const workerWords: Readonly<Record<FabricWorker['state'], string>> = {
  working: 'At work',
  idle: 'Idle',
  lost: 'Lost',
  'other-build': 'Of another version: given nothing',
}

const order: readonly FabricWorker['state'][] = ['working', 'idle', 'other-build', 'lost']

/** Those that work come first, those that are lost last; alike by name. */
export function sortWorkers(workers: readonly FabricWorker[]): FabricWorker[] {
  return workers.toSorted(
    (a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.name.localeCompare(b.name),
  )
}

/** "3 workers, 1 at work, 1 lost" */
export function countWorkers(workers: readonly FabricWorker[]): string {
  const are = (state: FabricWorker['state']): number =>
    workers.filter((worker) => worker.state === state).length
  return [
    workers.length === 1 ? '1 worker' : `${workers.length} workers`,
    are('working') > 0 && `${are('working')} at work`,
    are('other-build') > 0 && `${are('other-build')} of another version`,
    are('lost') > 0 && `${are('lost')} lost`,
  ]
    .filter(Boolean)
    .join(', ')
}

/** Whether it is given work. */
export function isGiven(state: FabricWorker['state']): boolean {
  return state === 'working' || state === 'idle'
}

/** Names that are told; of more it is told how many. */
const mostNames = 2

/** "on one and two"; nothing where this machine has it. */
export function tellWorkers(workers: readonly string[] | undefined): string {
  if (workers === undefined) return ''
  if (workers.length === 0) return 'no worker has it'
  return workers.length <= mostNames ? `on ${workers.join(' and ')}` : `on ${workers.length} workers`
}
