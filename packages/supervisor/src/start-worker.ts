import { setTimeout as delay } from 'node:timers/promises'
import type { CellCancellation, WorkerFolders, WorkerMessage, WorkerStatus } from '@woolgather/protocol'
import type { CellChoice, RunError, RunEvent, RunStatus, Workflow } from '@woolgather/workflow'
import { describeEnd, type ProcessEnd } from './describe-end.ts'
import { forkWorker, type WorkerProcess } from './fork-worker.ts'
import { defaultLimits, type SupervisorLimits } from './limits.ts'
import { trackRun, type TrackedRun } from './track-run.ts'

export interface StartWorkerOptions {
  /** Module of the worker process, an absolute path. */
  entry: string
  folders: WorkerFolders
  /** Added to this process's environment, e.g. `WOOLGATHER_GPU`. */
  env?: Record<string, string>
  /** Closes the worker when aborted. */
  signal?: AbortSignal
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

/** Questions that a worker may leave unanswered in the time after which it counts as hung. */
const beatsToHang = 4

/** One process of the several a handle may see. */
interface Attempt {
  worker: WorkerProcess
  startTimer: NodeJS.Timeout
  /** Kills it, and gives this as the reason. */
  giveUp: (message: string) => void
}

interface ActiveRun {
  request: RunRequest
  tracked: TrackedRun
  /** Handed to the process that runs now, and would die with it. */
  sent: boolean
}

/**
 * Starts a worker process and keeps it alive.
 *
 *     starting → ready → (crash) restarting → ready → … → stopped
 *        └─ says it cannot, or fails to start several times → stopped, with the error; the next run tries again
 */
export function startWorker(options: StartWorkerOptions): WorkerHandle {
  const limits = { ...defaultLimits, ...options.limits }
  const runs = new Map<string, ActiveRun>()
  let status: WorkerStatus = { state: 'stopped' }
  let current: Attempt | undefined
  let retry: NodeJS.Timeout | undefined
  let failedStarts = 0
  let crashes = 0
  let closing: Promise<void> | undefined

  const setStatus = (next: WorkerStatus): void => {
    status = next
    options.onStatus?.(next)
  }

  const launch = (state: 'starting' | 'restarting', why?: RunError): void => {
    retry = undefined
    setStatus({ state, ...(why && { error: why }) })
    const startedAt = Date.now()
    let reason: RunError | undefined
    const worker = forkWorker({
      entry: options.entry,
      folders: options.folders,
      env: options.env ?? {},
      onLog: options.onLog ?? (() => {}),
      onMessage: (message) => {
        alive()
        if (message.type === 'failed') reason = message.error
        else receive(message)
      },
      onNonsense: (problem) => giveUp(`The worker process sent something that is no message: ${problem}.`),
    })
    const giveUp = (message: string): void => {
      reason ??= { code: 'worker-lost', message }
      worker.signal('SIGKILL')
    }
    const startTimer = setTimeout(
      () => giveUp(`The worker process was not ready after ${limits.start / 1000} seconds.`),
      limits.start,
    )
    // Counted, not timed: a machine that slept has missed no beats.
    let missed = 0
    const heartbeat = setInterval(() => {
      if (status.state !== 'ready') return
      if (++missed >= beatsToHang)
        giveUp(`The worker process did not answer for ${limits.hang / 1000} seconds.`)
      else worker.send({ type: 'ping' })
    }, limits.hang / beatsToHang).unref()
    const alive = (): void => void (missed = 0)
    current = { worker, startTimer, giveUp }
    void worker.ended.then((end) => {
      clearTimeout(startTimer)
      clearInterval(heartbeat)
      onEnded(end, { reason, lived: Date.now() - startedAt })
    })
  }

  const accept = (run: string, events: readonly RunEvent[]): void => {
    const active = runs.get(run)
    if (active === undefined) return
    const suspected = active.tracked.suspects > 0
    active.tracked.accept(events)
    if (suspected && active.tracked.suspects === 0) dispatch()
  }

  const receive = (message: Exclude<WorkerMessage, { type: 'failed' }>): void => {
    if (message.type === 'events') return accept(message.run, message.events)
    if (message.type === 'pong') return
    if (message.type === 'memory') return setStatus({ ...status, memory: message.memory })
    clearTimeout(current?.startTimer)
    failedStarts = 0
    setStatus({ state: 'ready', device: message.device, build: message.build })
    dispatch()
  }

  /** Hands runs over. One that may have ended the last process goes alone until it is known which cell did. */
  const dispatch = (): void => {
    if (status.state !== 'ready') return
    const all = [...runs.values()]
    const suspicious = all.find(({ tracked }) => tracked.suspects > 0)
    for (const active of suspicious === undefined ? all : [suspicious]) if (!active.sent) handOver(active)
  }

  const handOver = (active: ActiveRun): void => {
    const { run, workflow, targets, fresh } = active.request
    const leftOver = active.tracked.leftOver()
    const seeds = active.tracked.seeds ?? active.request.seeds
    active.sent = true
    current?.worker.send({
      type: 'run',
      run,
      workflow,
      ...(targets && { targets }),
      ...(fresh && { fresh }),
      ...(seeds && { seeds }),
      ...(leftOver && { leftOver }),
    })
  }

  const onEnded = (
    end: ProcessEnd,
    { reason, lived }: { reason: RunError | undefined; lived: number },
  ): void => {
    current = undefined
    if (closing) return
    const wasReady = status.state === 'ready'
    const error = withLog(reason ?? describeEnd(end), end)
    const progressed = lose(error, end)
    crashes = lived >= limits.stable || progressed ? 1 : crashes + 1
    failedStarts = wasReady ? 0 : failedStarts + 1
    const cannotStart = !wasReady && reason !== undefined
    if (cannotStart || failedStarts >= limits.startAttempts) return stopWith(error)
    setStatus({ state: 'restarting', error })
    retry = setTimeout(() => launch('restarting', error), backoff(limits, crashes))
  }

  const stopWith = (error: RunError): void => {
    failedStarts = 0
    crashes = 0
    setStatus({ state: 'stopped', error })
    for (const active of [...runs.values()]) finishLost(active, error)
  }

  /** Every run the process had is taken up again, unless that has proved to be no use. True where one had got on. */
  const lose = (error: RunError, end: ProcessEnd): boolean => {
    const lost = [...runs.values()].filter(({ sent }) => sent)
    const alone = lost.filter(({ tracked }) => tracked.open.length > 0).length === 1
    // Killed by others: one that was given up here has itself to blame.
    const killed = end.signal === 'SIGKILL' && error.code === 'native-crash'
    const chances = killed ? limits.killedChances : limits.crashChances
    let progressed = false
    for (const active of lost) {
      active.sent = false
      progressed ||= active.tracked.open.length > 0
      const cancelled = active.request.signal?.aborted === true
      if (cancelled || !active.tracked.lost(error, { chances, alone })) finishLost(active, error)
    }
    return progressed
  }

  const finishLost = ({ request, tracked }: ActiveRun, error: RunError): void =>
    request.signal?.aborted ? tracked.finish('cancelled') : tracked.finish('failed', error)

  const cancel = (active: ActiveRun): void => {
    if (!active.sent) return active.tracked.finish('cancelled')
    const attempt = current
    attempt?.worker.send({ type: 'cancel', run: active.request.run })
    setTimeout(() => {
      if (active.tracked.finished) return
      attempt?.giveUp(`The worker process did not stop a run within ${limits.cancel / 1000} seconds.`)
    }, limits.cancel).unref()
  }

  const stop = async (polite: boolean): Promise<void> => {
    clearTimeout(retry)
    const worker = current?.worker
    if (polite) worker?.send({ type: 'shutdown' })
    for (const { tracked } of [...runs.values()]) tracked.finish('interrupted')
    if (worker) await endProcess(worker, polite ? limits.shutdown : 0)
    setStatus({ state: 'stopped' })
  }

  const close = (): Promise<void> => (closing ??= stop(true))

  launch('starting')
  options.signal?.addEventListener('abort', () => void close(), { once: true })
  if (options.signal?.aborted) void close()

  return {
    get status() {
      return status
    },

    run: (request) =>
      new Promise((resolve) => {
        const onAbort = (): void => cancel(active)
        const tracked = trackRun({
          run: request.run,
          firstSeq: request.firstSeq ?? 0,
          history: request.history,
          onEvents: request.onEvents,
          onFinished: (result) => {
            runs.delete(request.run)
            request.signal?.removeEventListener('abort', onAbort)
            resolve(result)
            dispatch()
          },
        })
        const active: ActiveRun = { request, tracked, sent: false }
        if (request.signal?.aborted) return tracked.finish('cancelled')
        if (closing) return tracked.finish('interrupted')
        if (runs.has(request.run)) {
          return tracked.finish('failed', {
            code: 'internal',
            message: `Run ${request.run} is running already.`,
          })
        }
        runs.set(request.run, active)
        request.signal?.addEventListener('abort', onAbort, { once: true })
        if (status.state === 'ready') dispatch()
        else if (status.state === 'stopped') launch('starting')
      }),

    unloadModels: () => current?.worker.send({ type: 'unload' }),
    cancelCells(run, cells) {
      if (runs.get(run)?.sent === true) current?.worker.send({ type: 'cancel', run, cells })
    },

    close,

    async kill() {
      closing ??= stop(false)
      current?.worker.signal('SIGKILL')
      await closing
    },

    [Symbol.asyncDispose]: close,
  }
}

function backoff({ firstBackoff, longestBackoff }: SupervisorLimits, crashes: number): number {
  return Math.min(firstBackoff * 2 ** (crashes - 1), longestBackoff)
}

/** What the worker said last explains a hang or a failed start as much as a crash. */
function withLog(error: RunError, { log }: ProcessEnd): RunError {
  return error.cause !== undefined || log.length === 0 ? error : { ...error, cause: log.join('\n') }
}

async function endProcess(worker: WorkerProcess, patience: number): Promise<void> {
  const left = worker.ended.then(() => true)
  const waits = (): Promise<boolean> => Promise.race([left, delay(patience, false, { ref: false })])
  if (patience > 0) {
    if (await waits()) return
    worker.signal('SIGTERM')
    if (await waits()) return
  }
  worker.signal('SIGKILL')
  await left
}
