import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { freemem, totalmem } from 'node:os'
import path from 'node:path'
import { openModels, type ListedModel } from '@woolgather/files'
import { createAsk, type WorkerFolders, type WorkerStatus } from '@woolgather/protocol'
import { startWorker } from '@woolgather/supervisor'
import type { CliIo } from '../io/cli-io.ts'
import { placeNames } from '../print/place-names.ts'
import type { BrokenPackage, ErrorCode } from '@woolgather/workflow'
import { asBroken } from './check-workflow.ts'
import type { Finding } from './finding.ts'

export interface CheckMachineOptions {
  folders: WorkerFolders
  port: number
  cpu: boolean
  /** Of Node; default: this one's. */
  nodeVersion?: string
}

const oldestNode = 20

/** Below this a small model with its context does not fit. */
const littleMemory = 2 ** 30
/** Below this the cache and a first download do not fit. */
const littleDisk = 2 * 2 ** 30

/** Everything about this machine that decides whether and how well workflows run, each thing with what to do. */
export async function checkMachine(options: CheckMachineOptions, io: CliIo): Promise<Finding[]> {
  const { folders, port } = options
  const checks: Promise<Finding | Finding[]>[] = [
    Promise.resolve(checkNode(options.nodeVersion ?? process.versions.node)),
    checkNative(options, io),
    checkNodes(folders, io),
    Promise.resolve(checkMemory()),
    checkFolder('Models', folders.models[0] ?? folders.data, 'models'),
    checkFolder('Output', folders.output, 'output'),
    checkFolder('Data', folders.data, 'data'),
    checkModels(folders),
    checkPort(port),
  ]
  return (await Promise.all(checks)).flat()
}

function checkNode(version: string): Finding {
  return Number.parseInt(version) >= oldestNode
    ? { state: 'ok', text: `Node ${version}` }
    : {
        state: 'fail',
        text: `Node ${version} is too old`,
        hint: `Install Node ${oldestNode} or newer.`,
      }
}

/** A worker that says so could not load the library; others ended before they could say anything. */
const nativeCodes: ReadonlySet<ErrorCode> = new Set(['native-missing', 'native-version', 'native-error'])

/** Starts a worker: only that shows which library is chosen, that it loads, and what it finds to compute on. */
async function checkNative({ folders, cpu }: CheckMachineOptions, io: CliIo): Promise<Finding> {
  const status = await new Promise<WorkerStatus>((resolve) => {
    const worker = startWorker({
      entry: io.workerEntry(),
      folders,
      env: cpu ? { WOOLGATHER_GPU: 'cpu' } : {},
      limits: { startAttempts: 1, chanceStartAttempts: 1, shutdown: 1_000 },
      onStatus(now) {
        if (now.state === 'starting' || now.state === 'restarting') return
        if (now.state === 'ready') void worker.close().then(() => resolve(now))
        else if (now.error) resolve(now)
      },
    })
  })
  const { device, build, error } = status
  if (error) {
    const last = error.cause?.split('\n').at(-1)
    return {
      state: 'fail',
      text: `${nativeCodes.has(error.code) ? 'The native library does not load' : 'The worker does not start'}: ${error.message}`,
      hint: error.hint ?? last,
    }
  }
  return {
    state: 'ok',
    text: `llama.cpp ${build ?? ''} computes on ${device ?? 'an unknown device'}`,
    ...gpuHint(device, cpu),
  }
}

function gpuHint(device: string | undefined, cpu: boolean): Pick<Finding, 'hint'> {
  if (!device?.startsWith('CPU')) return {}
  const told = cpu || process.env['WOOLGATHER_GPU'] === 'cpu'
  return { hint: told ? 'The GPU was left alone as asked.' : 'No GPU that llama.cpp knows was found.' }
}

async function checkNodes(folders: WorkerFolders, io: CliIo): Promise<Finding | Finding[]> {
  try {
    const broken: BrokenPackage[] = []
    const descriptions = await io.descriptions(folders.nodes ?? [], (one) => broken.push(one))
    return [{ state: 'ok', text: `${descriptions.length} node types` }, ...broken.map(asBroken)]
  } catch (error) {
    return {
      state: 'fail',
      text: `Packages of nodes cannot be loaded: ${(error as Error).message}`,
      hint: 'Correct the package, or leave it out of --nodes and WOOLGATHER_NODES.',
    }
  }
}

function checkMemory(): Finding {
  const [free, total] = [freemem(), totalmem()]
  const text = `${gibibytes(free)} of ${gibibytes(total)} memory free`
  if (free >= littleMemory) return { state: 'ok', text }
  return { state: 'warn', text, hint: 'Close other programs, or use small models and contexts.' }
}

/** That it, or the next folder above it that is there, can be written to, and that there is room. */
async function checkFolder(title: string, folder: string, option: string): Promise<Finding> {
  const there = await nearestExisting(folder)
  if (!(await isWritableFolder(there))) {
    const text = `${title}: ${folder} cannot be written to`
    const hint = `Change the permissions of ${there}, or choose another folder with --${option}.`
    return { state: 'fail', text, hint }
  }
  const { bavail, bsize } = await statfs(there)
  const free = bavail * bsize
  const text = `${title}: ${folder}, ${gibibytes(free)} free`
  if (free >= littleDisk) return { state: 'ok', text }
  return { state: 'warn', text, hint: `Free some space, or choose another with --${option}.` }
}

async function isWritableFolder(place: string): Promise<boolean> {
  try {
    await access(place, constants.W_OK)
    return (await stat(place)).isDirectory()
  } catch {
    return false
  }
}

async function nearestExisting(folder: string): Promise<string> {
  const there = await access(folder).then(
    () => true,
    () => false,
  )
  const parent = path.dirname(folder)
  return there || parent === folder ? folder : nearestExisting(parent)
}

async function checkModels({ models, data }: WorkerFolders): Promise<Finding[]> {
  const { files, unreadable } = await openModels({ folders: models, data }).list()
  const found = files.filter(({ kind }) => kind === 'model')
  const count = found.length
  const summary: Finding =
    count > 0
      ? { state: 'ok', text: `${count} ${count === 1 ? 'model' : 'models'}${wherefrom(found)}` }
      : { state: 'warn', text: `No models in ${models.join(' or ')}`, hint: 'Put GGUF files there.' }
  const broken = unreadable.map(({ file, message, hint }): Finding => ({
    state: 'warn',
    text: `${file} cannot be read`,
    hint: [message, hint].filter(Boolean).join(' '),
  }))
  return [summary, ...broken]
}

/** `: 3 of the models folders, 2 of Ollama` */
function wherefrom(found: readonly ListedModel[]): string {
  const counts = new Map<string, number>()
  for (const { source } of found) counts.set(placeNames[source], (counts.get(placeNames[source]) ?? 0) + 1)
  if (counts.size < 2 && counts.has(placeNames.folder)) return ''
  return `: ${[...counts].map(([place, count]) => `${count} of ${place}`).join(', ')}`
}

async function checkPort(port: number): Promise<Finding> {
  if (await isFree(port)) return { state: 'ok', text: `Port ${port} is free` }
  const server = await createAsk({
    url: `http://127.0.0.1:${port}`,
    signal: AbortSignal.timeout(2_000),
  })('health').catch(() => undefined)
  if (server !== undefined) {
    return { state: 'ok', text: `Port ${port}: Woolgather ${server.version} runs there` }
  }
  const hint = 'Start the server with another --port, or stop what listens there.'
  return { state: 'warn', text: `Port ${port} is taken`, hint }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`
}
