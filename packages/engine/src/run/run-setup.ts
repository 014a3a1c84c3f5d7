import type { CellChoice, Plan, RunError, Workflow } from '@woolgather/workflow'
import type { ArtifactStore } from '../cache/artifact-store.ts'
import type { CellCache } from '../cache/cell-cache.ts'
import type { EventStream } from './event-stream.ts'
import type { Registry } from '../nodes/registry.ts'
import type { CellServices } from './cell-services.ts'
import type { EarlierAttempt } from './earlier-attempt.ts'
import type { Holding } from './holdings.ts'
import type { Concurrency } from './slots.ts'

/** What a run is made of, nothing left open. */
export interface RunSetup<Services> {
  plan: Plan
  registry: Registry<Services>
  services: Services
  forCell: (() => CellServices<Services>) | undefined
  onHold: ((holding: Holding) => void) | undefined
  /** As nodes are shown it. */
  workflow: Workflow
  events: EventStream
  seeds: Readonly<Record<string, number>>
  concurrency: Concurrency | undefined
  artifacts: ArtifactStore | undefined
  cache: CellCache | undefined
  /** Names the code that computes, besides that of packages of nodes. */
  code: string | undefined
  /** Keeps apart what cells of different workflows were last run with. */
  scope: string
  cellLimit: number
  graceMs: number
  earlier: EarlierAttempt | undefined
  /** Cells to run whatever the cache holds. */
  fresh: readonly CellChoice[]
}

/** What the parts of a run ask of the whole. */
export interface RunControl {
  /** Nothing else begins. */
  readonly stopping: boolean
  /** Ends a run that is larger than it may be. */
  refuse(error: RunError): void
  /** Goes on, now that there may be something to do. */
  turn(): void
}
