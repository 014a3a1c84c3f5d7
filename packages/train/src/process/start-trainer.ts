import { loadNative } from '@woolgather/ggml'
import { errorCodes, WoolgatherError, type ErrorCode } from '@woolgather/workflow'
import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { runTraining } from '../run/run-training.ts'
import type { TrainingJob, TrainingOutcome, TrainingUpdate } from '../run/job.ts'
import type { FromTrainer, SentError, ToTrainer } from './messages.ts'

export interface TrainerOptions {
  /** Aborting ends the training; it is kept how far it came. */
  signal: AbortSignal
  /** Aborting ends it, too, and what was best so far is its result. */
  stop?: AbortSignal | undefined
  onUpdate: (update: TrainingUpdate) => void
}

// The sources, as tests run them, cannot be loaded into a process.
const isBuilt = import.meta.url.endsWith('.js')
/** Lines that native code said last. */
const keptLines = 8

/**
 * Trains in a process of its own.
 * @throws WoolgatherError as `runTraining`, native-crash, or the signal's reason
 */
export async function startTrainer(job: TrainingJob, options: TrainerOptions): Promise<TrainingOutcome> {
  options.signal.throwIfAborted()
  if (!isBuilt) return await trainHere(job, options)
  const child = fork(fileURLToPath(new URL('./child.js', import.meta.url)), [], {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  try {
    return await follow(child, job, options)
  } catch (error) {
    options.signal.throwIfAborted()
    throw error
  }
}

function follow(child: ChildProcess, job: TrainingJob, options: TrainerOptions): Promise<TrainingOutcome> {
  const { signal, stop, onUpdate } = options
  const tell = (message: ToTrainer): void => {
    // A process that is gone is told by its end.
    if (child.connected) child.send(message, () => {})
  }
  const onAbort = (): void => tell({ type: 'cancel' })
  const onStop = (): void => tell({ type: 'stop' })
  const lines: string[] = []
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lines.push(...text.split('\n').filter((line) => line.trim() !== ''))
    lines.splice(0, lines.length - keptLines)
  })
  return new Promise<TrainingOutcome>((resolve, reject) => {
    let told: (() => void) | undefined
    child.on('message', (message: FromTrainer) => {
      if (message.type === 'done') told = () => resolve(message.outcome)
      else if (message.type === 'failed') told = () => reject(errorFrom(message.error))
      else onUpdate(message)
    })
    child.on('error', reject)
    child.once('close', (code, name) => {
      if (told) told()
      else reject(crash(name ?? `code ${code}`, lines))
    })
    signal.addEventListener('abort', onAbort, { once: true })
    stop?.addEventListener('abort', onStop, { once: true })
    tell({ type: 'start', job })
    if (stop?.aborted) onStop()
  }).finally(() => {
    signal.removeEventListener('abort', onAbort)
    stop?.removeEventListener('abort', onStop)
  })
}

async function trainHere(
  job: TrainingJob,
  { signal, stop, onUpdate }: TrainerOptions,
): Promise<TrainingOutcome> {
  try {
    return await runTraining(await loadNative({ gpu: 'cpu' }), job, {
      onUpdate,
      wish: () => (signal.aborted ? 'cancel' : stop?.aborted ? 'stop' : 'go'),
    })
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}

function errorFrom({ code, message, input, hint }: SentError): WoolgatherError {
  return new WoolgatherError(isErrorCode(code) ? code : 'native-error', message, {
    ...(input !== undefined && { input }),
    ...(hint !== undefined && { hint }),
  })
}

function isErrorCode(code: string | undefined): code is ErrorCode {
  return errorCodes.some((known) => known === code)
}

function crash(how: string, lines: readonly string[]): WoolgatherError {
  return new WoolgatherError('native-crash', `The process that trained ended (${how}).`, {
    hint: lines.length > 0 ? lines.join(' ') : 'It may have run out of memory.',
  })
}
