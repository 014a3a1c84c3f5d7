import { hostname } from 'node:os'
import path from 'node:path'
import { createFileArtifactStore } from '@woolgather/engine'
import { openFabric, secretNatsVariables } from '@woolgather/fabric'
import {
  cellsVariable,
  commandLimits,
  readOptions,
  readWorkerMemory,
  resolveFolders,
  startWorker,
  watchProcess,
  type GivenOptions,
} from '@woolgather/supervisor'
import { readModelContents } from '../farm/model-contents.ts'
import { runWorker } from '../farm/run-worker.ts'
import { CliError } from '../io/cli-error.ts'
import type { CliIo } from '../io/cli-io.ts'
import { exitCodes } from '../io/exit-codes.ts'

export type WorkerOptions = GivenOptions & { gpu?: string; name?: string; cells?: string }

/** Milliseconds to give back what is not done, where who started this is gone. */
const orphanMs = 6_000

/** Cells at once: one decode takes as many. */
const defaultCells = 64

/**
 * `woolgather worker --fabric ADDRESS`: runs cells of workflows for servers on the same fabric until it is stopped. What
 * runs native code is a process of its own; this one keeps the leases, and tells of it.
 */
export async function work(options: WorkerOptions, io: CliIo): Promise<number> {
  const { gpu, name = hostname(), cells, ...given } = options
  const { fabric: address, models, nodes, output, data, cpu, workerMemory } = readOptions(given)
  if (address === undefined)
    throw new CliError([
      {
        code: 'missing-input',
        message: 'A worker takes its work from a fabric: --fabric is missing.',
        hint: 'Write --fabric nats://host:4222, or a folder that a server on this machine uses as well.',
      },
    ])
  const most = readCells(cells)
  const folders = resolveFolders({ models, nodes, output, data })
  const say = (text: string): void => void io.stderr.write(`${text}\n`)
  await using fabric = await openFabric(address, { onTrouble: say })
  // What runs the code of others is not to know them.
  for (const variable of secretNatsVariables) delete process.env[variable]
  const stop = new AbortController()
  watchProcess({ onOrphaned: () => stop.abort(), grace: orphanMs })
  const stopListening = io.onInterrupt(() => stop.abort())
  let told = ''
  await using worker = startWorker({
    entry: io.workerEntry(),
    folders,
    env: { [cellsVariable]: String(most), ...deviceOf(gpu, cpu) },
    limits: { ...commandLimits, chanceStartAttempts: Infinity, memory: workerMemory ?? readWorkerMemory() },
    onStatus({ state, device, error }) {
      const line = `${name}: ${state}${device ? ` on ${device}` : ''}${error ? `: ${error.message}` : ''}`
      if (line !== told) say(line)
      told = line
    },
  })
  try {
    await runWorker({
      fabric,
      worker,
      artifacts: createFileArtifactStore(path.join(folders.data, 'artifacts')),
      name,
      files: readModelContents({ folders: folders.models, data: folders.data, signal: stop.signal }),
      cells: most,
      say,
      signal: stop.signal,
    })
  } finally {
    stopListening()
  }
  return exitCodes.ok
}

/** One of several GPUs, as the libraries that use them count. */
function deviceOf(gpu: string | undefined, cpu: boolean | undefined): Record<string, string> {
  if (cpu) return { WOOLGATHER_GPU: 'cpu' }
  return gpu === undefined ? {} : { CUDA_VISIBLE_DEVICES: gpu, GGML_VK_VISIBLE_DEVICES: gpu }
}

function readCells(text: string | undefined): number {
  const value = text === undefined ? defaultCells : Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= defaultCells) return value
  throw new CliError([
    {
      code: 'invalid-input',
      message: `--cells must be a whole number from 1 to ${defaultCells}, not “${text}”.`,
    },
  ])
}
