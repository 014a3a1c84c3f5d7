import { describeStall, type WorkerFolders, type WorkerStatus } from '@woolgather/protocol'
import {
  commandLimits,
  readOption,
  readWorkerMemory,
  startWorker,
  type WorkerHandle,
} from '@woolgather/supervisor'
import type { CliIo } from '../io/cli-io.ts'
import { restartLine } from '../progress/progress.ts'

export interface OwnWorkerOptions {
  cpu?: boolean | undefined
  /** As `--worker-memory` says it. */
  workerMemory?: string | undefined
}

interface Surroundings {
  folders: WorkerFolders
  io: CliIo
  say: (text: string) => void
  /** Every end of its process; otherwise only those before it was ready, which no run tells. */
  tellsRestarts?: boolean
}

/** A worker for one command, from its start to its end; what keeps it from working is said. */
export function startOwnWorker(
  { cpu = false, workerMemory }: OwnWorkerOptions,
  { folders, io, say, tellsRestarts = false }: Surroundings,
): WorkerHandle {
  let before: WorkerStatus = { state: 'starting' }
  return startWorker({
    entry: io.workerEntry(),
    folders,
    env: cpu ? { WOOLGATHER_GPU: 'cpu' } : {},
    limits: { ...commandLimits, memory: readOption('workerMemory', workerMemory) ?? readWorkerMemory() },
    onStatus(status) {
      const { stall, error } = status
      if (stall) say(describeStall(stall))
      const wasReady = before.state === 'ready' || before.state === 'stalled'
      const isNews = status.state === 'restarting' && error !== before.error
      if (error && isNews && (tellsRestarts || !wasReady)) say(restartLine(error))
      before = status
    },
  })
}
