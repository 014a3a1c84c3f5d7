import type { CellServices, ExecuteOptions } from '@woolgather/engine'
import type { NodeServices, WoolgatherNode } from '@woolgather/nodes'
import type { WorkerRequest } from '@woolgather/protocol'

export type RunAsked = WorkerRequest & { type: 'run' }

/** What cells run on: this machine, or workers elsewhere. */
export interface Host extends AsyncDisposable {
  /** What nodes are handed. */
  services: NodeServices
  /** What one cell with a fingerprint is handed instead. */
  forCell?: (() => CellServices<NodeServices>) | undefined
  concurrency: NonNullable<ExecuteOptions<NodeServices>['concurrency']>
  /** The nodes of a run, by type. */
  definitionsOf(request: RunAsked): Promise<ReadonlyMap<string, WoolgatherNode>>
  /** Large things that a run holds from now on, by name, and whether others wait for their turn. */
  hold(run: string, names: readonly string[], others: boolean): void
  /** Lets go of what no run uses. */
  unload(): void
}
