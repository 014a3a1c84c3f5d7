import { createHash } from 'node:crypto'
import { gatherNodes, type Registry } from '@woolgather/engine'
import { createLlama } from '@woolgather/llama'
import type { NodeServices } from '@woolgather/nodes'
import { describeLibrary } from '@woolgather/nodes/descriptions'
import { workerRequestSchema, type WorkerFolders, type WorkerMessage } from '@woolgather/protocol'
import { cellsVariable, fabricVariable, watchProcess } from '@woolgather/supervisor'
import { identityOfThisCode } from './code-identity.ts'
import { askOthers } from './ask-others.ts'
import { describeDevice } from './describe-device.ts'
import type { Host } from './host/host.ts'
import { openLocalHost } from './local-host.ts'
import { startWorker } from './worker.ts'

/** The process next to the hardware: takes runs over IPC, answers with their events. Started by `packages/supervisor`. */
const folders = JSON.parse(process.env['WOOLGATHER_WORKER_FOLDERS'] ?? 'null') as WorkerFolders | null
if (!process.send || folders === null) {
  console.error('This process is started by Woolgather itself: use `woolgather run` or `woolgather serve`.')
  process.exit(2)
}

const send = (message: WorkerMessage): void => {
  if (process.connected) process.send?.(message)
}

/** Milliseconds that a worker whose server or command has ended may take to end too. */
const orphanMs = 3_000

const sharing = askOthers(send)

// First, so that there are signs of life while libraries are loaded.
const watch = watchProcess({ onOrphaned: () => {}, grace: orphanMs, signs: true })

/** Why a worker could not start, as far as that has a name of its own. */
const startErrors = [
  'native-missing',
  'native-version',
  'fabric-unreachable',
  'fabric-refused',
  'invalid-input',
] as const

// Ctrl-C reaches the whole group; the parent decides what it means.
process.on('SIGINT', () => {})

// A node may throw in a timer, or leave a promise that fails to itself. That belongs to no cell, so it is told in the
// log, and the runs go on.
const tellStrayError = (error: unknown): void => {
  console.error(`A node failed outside its run: ${error instanceof Error ? error.message : String(error)}`)
}
// Whoever read the log may be gone. Telling that, there, would fail again, and so for ever.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
process.on('uncaughtException', tellStrayError)
process.on('unhandledRejection', tellStrayError)

async function main(folders: WorkerFolders): Promise<void> {
  try {
    const library = { definitions: new Map(), descriptions: describeLibrary() }
    const { registry, broken } = await gatherNodes(library, folders.nodes ?? [])
    const { host, described, device, build } = await openHost(folders, registry)
    const worker = startWorker({
      host,
      folders,
      registry: described,
      send,
      code: identityOfThisCode(),
      watch,
    })
    const exit = (): void => void worker[Symbol.asyncDispose]().then(() => process.exit(0))
    process.on('message', (message) => {
      const request = workerRequestSchema.parse(message)
      if (request.type === 'shutdown') exit()
      else if (request.type === 'ping') send({ type: 'pong' })
      else if (request.type === 'shared') sharing.hear(request)
      else worker.handle(request)
    })
    process.on('disconnect', exit)
    process.on('SIGTERM', exit)
    await watch.begun
    send({
      type: 'ready',
      device,
      build,
      code: buildOf(registry),
      ...(broken.length > 0 && { leftOut: broken }),
    })
  } catch (error) {
    const { code, message, hint } = error as { code?: string; message: string; hint?: string }
    send({
      type: 'failed',
      error: {
        code: startErrors.find((known) => known === code) ?? 'native-error',
        message,
        ...(hint !== undefined && { hint }),
      },
    })
    process.disconnect()
    process.exitCode = 1
  }
}

interface OpenedHost {
  host: Host
  /** Everything that can be run. */
  described: Registry<NodeServices>
  device: string
  /** Of the native library. */
  build: string
}

/** This machine; where a fabric is named, the workers in it; and where cells come from one, this machine for them. */
async function openHost(folders: WorkerFolders, registry: Registry<NodeServices>): Promise<OpenedHost> {
  const address = process.env[fabricVariable]
  // Only here: what few processes need costs the others no time.
  if (address !== undefined) {
    const { openFabricHost } = await import('./fabric/fabric-host.ts')
    const host = await openFabricHost({ address, folders, registry, send, build: buildOf(registry) })
    return { host, described: registry, device: 'workers on a fabric', build: 'of each worker' }
  }
  const llama = await createLlama()
  const idleMs = readIdle(process.env['WOOLGATHER_IDLE_UNLOAD'])
  const mostCells = process.env[cellsVariable]
  const host = openLocalHost({
    ...{ llama, folders, registry, send, code: identityOfThisCode(), idleMs },
    ...(mostCells !== undefined && { sharing: sharing.sharing }),
  })
  const facts = { device: describeDevice(llama.info), build: llama.info.build }
  if (mostCells === undefined) return { host, described: registry, ...facts }
  const { withCellNodes } = await import('./fabric/cell-nodes.ts')
  const cells = withCellNodes(registry)
  return {
    host: {
      ...host,
      concurrency: { default: 8, model: Number(mostCells), training: 1 },
      definitionsOf: cells.definitionsOf,
    },
    described: cells.registry,
    ...facts,
  }
}

/** This code and that of packages of nodes: what one worker computes another may go on with. */
function buildOf({ definitions }: Registry<NodeServices>): string {
  const packages = [...definitions.values()].map(({ type, origin }) => `${type} ${origin?.code ?? ''}`)
  return createHash('sha256')
    .update([identityOfThisCode(), ...packages.sort()].join('\n'))
    .digest('hex')
}

/** Seconds as milliseconds; without a number models stay loaded, as `run` and `batch` want it. */
function readIdle(seconds: string | undefined): number | undefined {
  const value = Number(seconds)
  return value > 0 ? Math.min(value * 1_000, 2 ** 31 - 1) : undefined
}

void main(folders)
