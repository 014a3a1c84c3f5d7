import type {
  CellCancellation,
  ModelFile,
  SharingAnswer,
  SharingQuestion,
  WorkerFolders,
  WorkerStatus,
} from '@woolgather/protocol'
import type { CellChoice, RunEvent, RunStatus, Workflow } from '@woolgather/workflow'
import type { SupervisorLimits } from './supervise/limits.ts'

/** Tells a worker process the fabric whose workers run what needs models, and how many cells of others it runs at once. */
export const fabricVariable = 'WOOLGATHER_WORKER_FABRIC'
export const cellsVariable = 'WOOLGATHER_CELLS'

export interface StartWorkerOptions {
  /** Module of the worker process, an absolute path. */
  entry: string
  folders: WorkerFolders
  /** Added to this process's environment, e.g. `WOOLGATHER_GPU`. */
  env?: Record<string, string>
  /** Closes the worker when aborted. */
  signal?: AbortSignal
  /** Which models workers of other machines have, whenever that has changed. */
  onOffered?: (models: ModelFile[]) => void
  /** What befell the way to workers of other machines, for people. */
  onTrouble?: (text: string) => void
  /** Answers what a worker process asks of other machines. */
  onSharing?: (question: SharingQuestion) => Promise<SharingAnswer>
  onStatus?: (status: WorkerStatus) => void
  /** Every line the worker process writes. */
  onLog?: (line: string) => void
  limits?: Partial<SupervisorLimits>
}

export interface RunRequest {
  run: string
  workflow: Workflow
  targets?: string[] | undefined
  /** Cells to run whatever the cache holds. */
  fresh?: CellChoice[] | undefined
  /** Seeds of nodes without one; absent: drawn when the run begins. */
  seeds?: Record<string, number> | undefined
  /** Whether somebody waits for it, default true: its cells go first where workers are shared. */
  interactive?: boolean | undefined
  /** Number of the first event, default 0. */
  firstSeq?: number
  /** Events of this run from before it was interrupted: what they settled is not done again. */
  history?: readonly RunEvent[] | undefined
  /**
   * In order, numbered without gaps; the last is always one `run.finished`, whatever happens to the worker. Where its
   * process ends another takes the run up; a cell that was running is started again, and none ends twice.
   */
  onEvents: (events: RunEvent[]) => void
  /** Cancels the run. */
  signal?: AbortSignal
}

/** A worker process that is kept alive: restarted after a crash, killed when it hangs. Owns the process. */
export interface WorkerHandle extends AsyncDisposable {
  readonly status: WorkerStatus
  /** Hands over a run, at once or when the worker is ready, and resolves when it has ended. Never rejects. */
  run(request: RunRequest): Promise<RunStatus>
  /** Unloads every model that no run uses now. */
  unloadModels(): void
  /** Cancels some cells of a run; does nothing where the worker does not have it. */
  cancelCells(run: string, cells: CellCancellation): void
  /** Ends what runs as `interrupted` and stops the process: asked first, then SIGTERM, then SIGKILL. */
  close(): Promise<void>
  /** Stops the process at once. */
  kill(): Promise<void>
}
