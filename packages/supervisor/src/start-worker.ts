import type { WorkerMessage, WorkerStatus } from '@woolgather/protocol'
import type { RunError, RunEvent } from '@woolgather/workflow'
import { describeEnd, describeExcess, type ProcessEnd } from './describe-end.ts'
import { forkWorker, type WorkerProcess } from './fork-worker.ts'
import { judgeLoss } from './judge-loss.ts'
import { isStalled } from './supervise/beat-of.ts'
import { defaultLimits, type SupervisorLimits } from './supervise/limits.ts'
import { passes } from './supervise/hear.ts'
import { supervise } from './supervise/supervise.ts'
import {
  nothingYet,
  runsIn,
  type Effect,
  type SupervisorEvent,
  type Supervision,
  type Timer,
} from './supervise/supervision.ts'
import { trackRun, type TrackedRun } from './track-run.ts'
import type { SignOfLife } from './watch/signs-of-life.ts'
import type { RunRequest, StartWorkerOptions, WorkerHandle } from './worker-handle.ts'

/** One process of the several a handle may see. */
interface Attempt {
  id: number
  worker: WorkerProcess
  startedAt: number
  /** When its main thread was last heard. */
  heardAt: number
  /** When its thread last gave a sign of life, and which. */
  sign?: { at: number; life: SignOfLife } | undefined
  end: (end: ProcessEnd) => void
}

interface ActiveRun {
  request: RunRequest
  tracked: TrackedRun
  /** As it was last told to the supervision. */
  suspects: number
}

/** What ends a process from outside; native code ends itself by others. */
const signalsOfOthers: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGKILL',
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
])

/** Milliseconds without a word of a thread that tells something twice a second, even where the machine has much to do. */
const longestSilence = 5_000

/**
 * Starts a worker process and keeps it alive. What happens when is decided in `supervise`; this does it: it has the
 * process, the clocks and the accounts of the runs.
 */
export function startWorker(options: StartWorkerOptions): WorkerHandle {
  const limits: SupervisorLimits = { ...defaultLimits, ...options.limits }
  const runs = new Map<string, ActiveRun>()
  const timers = new Map<NodeJS.Timeout, Timer>()
  const closed = createLatch()
  let state: Supervision = nothingYet
  let status: WorkerStatus = { state: 'stopped' }
  let attempt: Attempt | undefined
  let events: SupervisorEvent[] | undefined

  /** One event after another: what an effect causes comes after all that was to be done before. */
  const dispatch = (event: SupervisorEvent): void => {
    if (events !== undefined) return void events.push(event)
    events = [event]
    const failures: unknown[] = []
    for (let next = events.shift(); next !== undefined; next = events.shift()) {
      const [after, effects] = supervise(state, next, limits)
      state = after
      for (const effect of effects) {
        try {
          perform(effect)
        } catch (failure) {
          failures.push(failure)
        }
      }
    }
    events = undefined
    if (state.process.is === 'closed') settle()
    // Whoever is told of runs failed at it. All that was to be done was done nevertheless.
    if (failures.length > 0) throw failures[0]
  }

  const settle = (): void => {
    forget(() => true)
    closed.open()
  }

  const forget = (which: (timer: Timer) => boolean): void => {
    for (const [timeout, timer] of timers) {
      if (!which(timer)) continue
      clearTimeout(timeout)
      timers.delete(timeout)
    }
  }

  const perform = (effect: Effect): void => {
    switch (effect.do) {
      case 'launch':
        return launch(effect.id)
      case 'hand':
        return handOver(effect.run)
      case 'cancel':
        return attempt?.worker.send({ type: 'cancel', run: effect.run })
      case 'ask':
        return attempt?.worker.send({ type: 'ping' })
      case 'shutdown':
        return attempt?.worker.send({ type: 'shutdown' })
      case 'signal':
        return attempt?.worker.signal(effect.name)
      case 'abandon':
        return attempt?.end({ code: null, signal: 'SIGKILL', outOfMemory: false, log: [] })
      case 'finish':
        return runs.get(effect.run)?.tracked.finish(effect.status, effect.error)
      case 'status':
        return tellStatus()
      case 'wake':
        return wake(effect.timer, effect.after)
    }
  }

  const wake = (timer: Timer, after: number): void => {
    const timeout = setTimeout(() => {
      timers.delete(timeout)
      dispatch({ type: 'woke', timer })
    }, after)
    timers.set(timeout, timer)
  }

  const tellStatus = (): void => {
    status = describe()
    options.onStatus?.(status)
  }

  const describe = (): WorkerStatus => {
    const { process } = state
    switch (process.is) {
      case 'none':
        return { state: 'stopped', ...(process.error && { error: process.error }) }
      case 'waiting':
      case 'ending':
        return { state: 'restarting', error: process.error }
      case 'starting':
        return process.error ? { state: 'restarting', error: process.error } : { state: 'starting' }
      case 'leaving':
      case 'closed':
        return { state: 'stopped' }
      case 'ready': {
        const { device, build, code, leftOut, memory, fabric } = process
        const ready = {
          device,
          build,
          ...(code && { code }),
          ...(leftOut && { leftOut }),
          ...(memory && { memory }),
          ...(fabric && { fabric }),
        }
        return isStalled(state, limits)
          ? { state: 'stalled', ...ready, stall: readStall() }
          : { state: 'ready', ...ready }
      }
    }
  }

  /** What is known of a worker whose main thread does not answer. */
  const readStall = (): NonNullable<WorkerStatus['stall']> => {
    const held = heldCell()
    return {
      since: attempt?.heardAt ?? Date.now(),
      standsStill: standsStill(),
      cells: held ? [held] : openCells(),
    }
  }

  const openCells = (): NonNullable<WorkerStatus['stall']>['cells'] =>
    [...runs].flatMap(([run, { tracked }]) => tracked.open.map(({ node, at }) => ({ run, node, at })))

  /** The whole process, not only its main thread: it was stopped, or the system has no time for it. */
  const standsStill = (): boolean =>
    attempt?.sign !== undefined && Date.now() - attempt.sign.at > Math.min(longestSilence, limits.hang / 2)

  const heldCell = () => (standsStill() ? undefined : attempt?.sign?.life.held?.cell)

  const launch = (id: number): void => {
    const startedAt = Date.now()
    const worker = forkWorker({
      entry: options.entry,
      folders: options.folders,
      env: options.env ?? {},
      memoryInterval: limits.memoryInterval,
      onLog: options.onLog ?? (() => {}),
      onMessage: (message) => {
        if (id !== attempt?.id) return
        attempt.heardAt = Date.now()
        dispatch({ type: 'answered', id })
        receive(id, message)
      },
      onNonsense: (problem) =>
        condemn(id, {
          code: 'worker-lost',
          message: `The worker process sent something that is no message: ${problem}.`,
        }),
      onSign: (life) => {
        if (id !== attempt?.id) return
        attempt.sign = { at: Date.now(), life }
        dispatch({ type: 'beat', id })
      },
      onMemory: (bytes) => {
        if (bytes > limits.memory) condemn(id, describeExcess(bytes, limits.memory))
      },
    })
    const ended = new Promise<ProcessEnd>((end) => {
      attempt = { id, worker, startedAt, heardAt: startedAt, end }
      void worker.ended.then(end)
    })
    void ended.then((end) => {
      if (id === attempt?.id) lose(attempt, end)
    })
  }

  const condemn = (id: number, error: RunError): void => dispatch({ type: 'condemned', id, error })

  const receive = (id: number, message: WorkerMessage): void => {
    switch (message.type) {
      case 'events':
        return accept(message.run, message.events)
      case 'pong':
        return
      case 'memory':
        return dispatch({ type: 'memory', id, memory: message.memory })
      case 'fabric':
        return dispatch({ type: 'fabric', id, fabric: message.fabric })
      case 'offered':
        return options.onOffered?.(message.models)
      case 'trouble':
        return options.onTrouble?.(message.text)
      case 'sharing':
        return void answerSharing(id, message)
      case 'failed':
        return dispatch({ type: 'failed', id, error: message.error })
      case 'ready':
        return dispatch({ ...message, id })
    }
  }

  /** Where nobody is asked, nobody has anything. */
  const answerSharing = async (
    id: number,
    { number, asks }: Extract<WorkerMessage, { type: 'sharing' }>,
  ): Promise<void> => {
    const answer = await (options.onSharing?.(asks) ?? Promise.resolve({ yes: false })).catch(() => ({
      yes: false,
    }))
    if (id === attempt?.id) attempt.worker.send({ type: 'shared', number, answer })
  }

  const accept = (run: string, told: readonly RunEvent[]): void => {
    const active = runs.get(run)
    // Where it was meanwhile given to nobody, what comes late is void.
    if (active === undefined || state.runs.get(run)?.process !== attempt?.id) return
    active.tracked.accept(told)
    const { suspects } = active.tracked
    if (suspects === active.suspects) return
    active.suspects = suspects
    dispatch({ type: 'told', run, ended: false, suspects })
  }

  const handOver = (run: string): void => {
    const active = runs.get(run)
    if (active === undefined) return
    const { workflow, targets, fresh, interactive } = active.request
    const leftOver = active.tracked.leftOver()
    const seeds = active.tracked.seeds ?? active.request.seeds
    attempt?.worker.send({
      type: 'run',
      run,
      workflow,
      ...(targets && { targets }),
      ...(fresh && { fresh }),
      ...(seeds && { seeds }),
      ...(leftOver && { leftOver }),
      ...(interactive !== undefined && { interactive }),
    })
  }

  const lose = ({ id, startedAt }: Attempt, end: ProcessEnd): void => {
    const { process } = state
    const given = process.is === 'ending' ? process.error : undefined
    const error = withLog(given ?? describeEnd(end), end)
    const lost = runsIn(state, id).flatMap((name) => {
      const active = runs.get(name)
      return active === undefined ? [] : [[name, active.tracked] as const]
    })
    const killed = given === undefined && end.signal !== null && signalsOfOthers.has(end.signal)
    const judged = judgeLoss(new Map(lost), {
      error,
      held: given && heldCell(),
      byOthers: error.code !== 'out-of-memory' && (killed || (given !== undefined && standsStill())),
      limits,
    })
    for (const [name, { suspects }] of judged) {
      const active = runs.get(name)
      if (active) active.suspects = suspects
    }
    const byChance = killed || error.code === 'out-of-memory' || passes(error)
    attempt = undefined
    forget((timer) => 'id' in timer && timer.id === id)
    dispatch({ type: 'ended', id, error, lived: Date.now() - startedAt, byChance, runs: judged })
  }

  const close = (how: 'close' | 'kill'): Promise<void> => {
    dispatch({ type: how })
    return closed.opened
  }

  // A worker is there before the first run, which need not wait for it then.
  dispatch({ type: 'wanted' })
  options.signal?.addEventListener('abort', () => void close('close'), { once: true })
  if (options.signal?.aborted) void close('close')

  return {
    get status() {
      return status
    },

    run: (request) =>
      new Promise((resolve) => {
        const { run, signal } = request
        const onAbort = (): void => dispatch({ type: 'cancelled', run })
        const known = runs.has(run)
        const tracked = trackRun({
          run,
          firstSeq: request.firstSeq ?? 0,
          history: request.history,
          onEvents: request.onEvents,
          onFinished: (result) => {
            if (runs.get(run)?.tracked === tracked) runs.delete(run)
            signal?.removeEventListener('abort', onAbort)
            resolve(result)
            if (!known) dispatch({ type: 'told', run, ended: true, suspects: 0 })
          },
        })
        if (signal?.aborted) return tracked.finish('cancelled')
        if (known) {
          return tracked.finish('failed', { code: 'internal', message: `Run ${run} is running already.` })
        }
        runs.set(run, { request, tracked, suspects: 0 })
        signal?.addEventListener('abort', onAbort, { once: true })
        dispatch({ type: 'submitted', run })
      }),

    unloadModels: () => attempt?.worker.send({ type: 'unload' }),
    cancelCells(run, cells) {
      if (state.runs.get(run)?.process !== undefined) attempt?.worker.send({ type: 'cancel', run, cells })
    },

    close: () => close('close'),
    kill: () => close('kill'),
    [Symbol.asyncDispose]: () => close('close'),
  }
}

/** What the worker said last explains a hang or a failed start as much as a crash. */
function withLog(error: RunError, { log }: ProcessEnd): RunError {
  return error.cause !== undefined || log.length === 0 ? error : { ...error, cause: log.join('\n') }
}

function createLatch(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open }
}
