import { hostname } from 'node:os'
import path from 'node:path'
import { createFileArtifactStore } from '@woolgather/engine'
import { openDownloadHosts } from '@woolgather/files'
import { openFabric, forgetSecrets } from '@woolgather/fabric'
import { workerNameSchema } from '@woolgather/protocol'
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
import { readModelContents } from '../fabric/model-contents.ts'
import { shareMade } from '../fabric/share-made.ts'
import { runWorker } from '../fabric/run-worker.ts'
import { CliError } from '../io/cli-error.ts'
import type { CliIo } from '../io/cli-io.ts'
import { exitCodes } from '../io/exit-codes.ts'

export type WorkerOptions = GivenOptions & { gpu?: string; name?: string; cells?: string }

/** Milliseconds to give back what is not done, where who started this is gone. */
const orphanMs = 6_000

/** Milliseconds to give back what is not done; where nobody hears it, leases run out. */
const leaveMs = 8_000

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
  checkName(name)
  const most = readCells(cells)
  const folders = resolveFolders({ models, nodes, output, data })
  const say = (text: string): void => void io.stderr.write(`${text}\n`)
  await using fabric = await openFabric(address, { onTrouble: say })
  // What runs the code of others is not to know them.
  forgetSecrets(process.env)
  const stop = new AbortController()
  // A fabric that is away is waited for no longer.
  stop.signal.addEventListener('abort', () => {
    setTimeout(() => void fabric[Symbol.asyncDispose](), leaveMs).unref()
  })
  watchProcess({ onOrphaned: () => stop.abort(), grace: orphanMs })
  const stopListening = io.onInterrupt(() => stop.abort())
  const shared = shareMade({ fabric, mostBytes: readMostShared(), signal: stop.signal })
  let told = ''
  await using worker = startWorker({
    entry: io.workerEntry(),
    folders,
    env: { [cellsVariable]: String(most), ...deviceOf(gpu, cpu) },
    limits: { ...commandLimits, chanceStartAttempts: Infinity, memory: workerMemory ?? readWorkerMemory() },
    onSharing: (question) => shared.answer(question),
    onStatus({ state, device, error }) {
      if (state === 'restarting') void shared.giveUpAll()
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
      contents: readModelContents({ folders: folders.models, data: folders.data, signal: stop.signal, say }),
      allowHost: (host) => openDownloadHosts(folders).allow(host),
      cells: most,
      say,
      signal: stop.signal,
    })
  } finally {
    await shared.close()
    stopListening()
  }
  return exitCodes.ok
}

/** Gigabytes up to which workers make merges and LoRAs for each other. */
const usualShared = 1

/** Bytes of `WOOLGATHER_SHARED_GB`. */
function readMostShared(env: NodeJS.ProcessEnv = process.env): number {
  const given = env['WOOLGATHER_SHARED_GB']
  const gigabytes = given === undefined || given === '' ? usualShared : Number(given)
  if (gigabytes >= 0) return gigabytes * 1e9
  throw new CliError([
    {
      code: 'invalid-input',
      message: `WOOLGATHER_SHARED_GB is “${given}”; it must be a number of gigabytes, such as 1.`,
    },
  ])
}

/** One of several GPUs, as the libraries that use them count. */
function deviceOf(gpu: string | undefined, cpu: boolean | undefined): Record<string, string> {
  if (cpu) return { WOOLGATHER_GPU: 'cpu' }
  return gpu === undefined ? {} : { CUDA_VISIBLE_DEVICES: gpu, GGML_VK_VISIBLE_DEVICES: gpu }
}

/** Nobody would hear of a worker whose name is none. */
function checkName(name: string): void {
  if (workerNameSchema.safeParse(name).success) return
  const hint = 'Give it one with --name gpu-1.'
  throw new CliError([
    { code: 'invalid-input', message: 'The name of this worker is empty or too long.', hint },
  ])
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
