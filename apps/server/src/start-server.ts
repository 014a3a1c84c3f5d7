import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { createFileArtifactStore, gatherNodes } from '@woolgather/engine'
import { createModelLedger, openDownloadHosts, openModels } from '@woolgather/files'
import { describeLibrary } from '@woolgather/nodes/descriptions'
import type { ModelFile, ServerMessage, WorkerFolders, WorkerStatus } from '@woolgather/protocol'
import {
  fabricVariable,
  readWorkerMemory,
  serverLimits,
  serverOptions,
  startWorker,
  type Keep,
  type SupervisorLimits,
  type Webhook,
} from '@woolgather/supervisor'
import { WoolgatherError, type BrokenPackage, type NodeDescription } from '@woolgather/workflow'
import type { Logger } from 'pino'
import { describeHolder, findHolder } from './machine/find-holder.ts'
import { createLogger } from './log/create-logger.ts'
import type { Opened } from './http/answer-workflows.ts'
import { createApp } from './http/create-app.ts'
import { watchBodies } from './bodies/watch-bodies.ts'
import type { Silence } from './openai/answer-stream.ts'
import { ledgerOfWorkers } from './models/offered-models.ts'
import { createModelDownloads } from './models/model-downloads.ts'
import { cleanHistory } from './runs/clean-history.ts'
import { readOutputs } from './runs/read-outputs.ts'
import { createRunService } from './runs/run-service.ts'
import { openRunStore, type RunStore } from './runs/run-store.ts'
import { serveSockets } from './socket/serve-sockets.ts'
import { readOrigin } from './trust/allow-origins.ts'
import { createGate, type TrustOptions } from './trust/check-request.ts'
import { createAddressOf } from './trust/client-address.ts'
import { defaultRates, type RequestRates } from './trust/limit-requests.ts'
import { deliverWebhooks, webhookPatience, type WebhookPatience } from './webhooks/deliver-webhooks.ts'
import { mostMessageBytes } from './webhooks/webhook-message.ts'
import { createWorkflowStore } from './workflows/workflow-store.ts'

export interface ServerOptions extends Omit<TrustOptions, 'host'> {
  /** Default 127.0.0.1; anything that others can reach needs a token. */
  host?: string | undefined
  /** Default 7860; 0 takes any free one. */
  port?: number | undefined
  folders: WorkerFolders
  /** Module of the worker process, an absolute path. */
  workerEntry: string
  workerEnv?: Record<string, string> | undefined
  /** Address of a fabric whose workers run what needs models; absent: a worker of its own does. */
  fabric?: string | undefined
  /** Seconds after its last use that a model is unloaded, default 300; 0: it stays. */
  idleUnload?: number | undefined
  /** Bytes the worker may take; default: a share of the machine's memory, see `readWorkerMemory`. */
  workerMemory?: number | undefined
  workerLimits?: Partial<SupervisorLimits> | undefined
  /** Workflows that are shipped and never overwritten. */
  examplesFolder?: string | undefined
  /** A workflow that is opened by the address that ends in its id. */
  opened?: Opened | undefined
  /** The built editor. */
  editorFolder?: string | undefined
  /** Node types; default: the node library's. */
  descriptions?: readonly NodeDescription[] | undefined
  /** Runs handed to the worker at once, default 4, on a fabric 1,024: it batches what uses the same model. */
  parallelRuns?: number | undefined
  /**
   * Milliseconds a client may take to send the headers of a request, default 10,000. A body may come slowly, but not
   * stand still for six times that.
   */
  patience?: number | undefined
  /** Reverse proxies that every request passes, default 0: clients are told apart by what these note. */
  proxies?: number | undefined
  /** What a reverse proxy puts before every path, such as `/wool`, whether or not it takes it away again. */
  basePath?: string | undefined
  /** How much of the history is kept; default: all. */
  keep?: Keep | undefined
  /** Addresses that a run may name, to be told there when it has ended. */
  webhooks?: readonly Webhook[] | undefined
  /** Signs what is told there. */
  webhookSecret?: Buffer | undefined
  webhookPatience?: Partial<WebhookPatience> | undefined
  /** How long a stream of `/v1` says nothing; default: 10 s, then 15. */
  silence?: Silence | undefined
  /** How often one address may ask. */
  rates?: Partial<RequestRates> | undefined
  /** Default: JSON lines on stderr, no prompts and no texts in them. */
  logger?: Logger | undefined
}

export interface RunningServer extends AsyncDisposable {
  /** `http://127.0.0.1:7860` */
  url: string
  /** Takes nothing more, ends what runs as interrupted, stops the worker. */
  close(): Promise<void>
}

const defaultPatience = 10_000

/** Each of several machines has enough to do, also while others hold what a worker had that died. */
const fabricRuns = 1_024

/** Headers of honest clients arrive at once; bodies, which may be files on a slow line, are watched as they come. */
function timeoutsOf(patience: number): {
  headersTimeout: number
  requestTimeout: number
  connectionsCheckingInterval: number
} {
  return {
    headersTimeout: patience,
    requestTimeout: 0,
    connectionsCheckingInterval: patience / 2,
  }
}

/**
 * Starts the server and its worker. The worker may still be loading its libraries when this resolves.
 * @throws Error where the port is taken, or the server would be open to others without a token
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const logger = options.logger ?? createLogger({ json: true })
  const host = options.host ?? serverOptions.host.default
  const allowedOrigins = (options.allowedOrigins ?? []).map(readOrigin)
  const gate = createGate({ ...options, host, allowedOrigins })
  const basePath = options.basePath ?? serverOptions.basePath.default
  const webhooks = distinct(options.webhooks ?? [])
  const addressOf = createAddressOf(options.proxies ?? 0)
  const version = readVersion()
  const { descriptions, broken } = options.descriptions
    ? { descriptions: options.descriptions, broken: [] }
    : await describeNodes(options.folders.nodes ?? [])
  const types = new Map(descriptions.map((description) => [description.type, description]))
  for (const { folder, message, hint } of broken) logger.warn({ folder, hint }, `left out: ${message}`)

  const patience = options.patience ?? defaultPatience
  const server = createServer(timeoutsOf(patience))
  server.on('request', watchBodies(patience * 3))
  const url = await listen(server, host, options.port ?? serverOptions.port.default)
  // Only now: a server that is refused its port makes and changes nothing.
  const store = openStore(options.folders.data, server)
  // Its first words come before there is anyone to tell.
  let offered: readonly ModelFile[] = []
  let tellClients: (message: ServerMessage) => void = () => {}
  const worker = startWorker({
    entry: options.workerEntry,
    folders: options.folders,
    env: {
      ...options.workerEnv,
      ...(options.fabric !== undefined && { [fabricVariable]: options.fabric }),
      [serverOptions.idleUnload.variable]: String(options.idleUnload ?? serverOptions.idleUnload.default),
    },
    limits: {
      ...serverLimits,
      memory: options.workerMemory ?? readWorkerMemory(),
      ...options.workerLimits,
    },
    onOffered: (models) => (offered = models),
    onTrouble: (message) => logger.warn({ message }, 'worker'),
    onLog: (line) => logger.debug({ line }, 'worker'),
    onStatus: (status) => {
      logger[status.error ? 'warn' : 'info']({ status }, 'worker')
      tellClients({ type: 'worker', status })
    },
  })
  const workerStatus = (): WorkerStatus => worker.status
  const hosts = openDownloadHosts(options.folders)
  const runs = createRunService({
    store,
    worker,
    descriptions,
    broken,
    hosts,
    parallelRuns: options.parallelRuns ?? (options.fabric === undefined ? 4 : fabricRuns),
    webhooks: webhooks.map(({ name }) => name),
    version,
  })
  const artifactsFolder = path.join(options.folders.data, 'artifacts')
  const artifacts = createFileArtifactStore(artifactsFolder)
  const deliveries = deliverWebhooks({
    webhooks,
    key: options.webhookSecret,
    basePath,
    runs,
    async describe(run) {
      const details = runs.isOver(run) ? runs.details(run) : undefined
      if (details === undefined) return undefined
      const cells = runs.settled(run)
      return {
        ...details,
        ...(await readOutputs({ details, cells, artifacts, types, most: mostMessageBytes })),
      }
    },
    patience: { ...webhookPatience, ...options.webhookPatience },
    onFailure: (thrown, run) => logger.warn({ err: thrown, run }, 'webhook failed'),
  })
  const cleaner = cleanHistory({
    runs,
    store,
    artifactsFolder,
    keep: options.keep,
    onFailure: (thrown) => logger.error({ err: thrown }, 'cleaning failed'),
  })
  const downloads = createModelDownloads({
    folder: options.folders.models[0] ?? path.join(options.folders.data, 'models'),
    onProgress: (download) => tellClients({ type: 'download', download }),
  })
  const sockets = serveSockets({
    server,
    basePath,
    gate,
    addressOf,
    runs,
    version,
    workerStatus,
    downloads,
    onFailure: (thrown) => logger.error({ err: thrown }, 'message failed'),
  })
  tellClients = (message) => sockets.tell(message)
  const models = openModels({ folders: options.folders.models, data: options.folders.data })
  const ledger = createModelLedger({
    models,
    descriptions: types,
    memory: path.join(options.folders.data, 'model-hashes.json'),
  })
  const isFabric = options.fabric !== undefined
  server.on(
    'request',
    createApp({
      version,
      gate,
      addressOf,
      allowedOrigins,
      basePath,
      rates: { ...defaultRates, ...options.rates },
      descriptions,
      models,
      memory: {
        total: readWorkerMemory('100%'),
        models: Math.min(options.workerMemory ?? readWorkerMemory(), readWorkerMemory('100%')),
      },
      folders: options.folders,
      ledger: isFabric ? ledgerOfWorkers(ledger, types, () => offered) : ledger,
      ...(isFabric && { offered: () => offered }),
      downloads,
      hosts,
      opened: options.opened,
      dataFolder: options.folders.data,
      workflows: createWorkflowStore({
        folder: path.join(options.folders.data, 'workflows'),
        historyFolder: path.join(options.folders.data, 'workflow-history'),
        examplesFolder: options.examplesFolder,
        onBroken: (file, message) => logger.warn({ file, message }, 'not a workflow'),
      }),
      runs,
      cleaner,
      artifacts,
      silence: options.silence,
      workerStatus,
      unloadModels: () => worker.unloadModels(),
      editorFolder: options.editorFolder,
      logger,
    }),
  )
  logger.info({ url }, 'listening')

  const stop = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeIdleConnections()
    // First the queue, so that what waits is not begun; it is still there after the next start.
    cleaner.stop()
    const runsEnded = runs.close()
    await Promise.all([worker.close(), downloads.close(), deliveries.close()])
    await runsEnded
    await sockets.close()
    server.closeAllConnections()
    await closed
    store.close()
    logger.info('stopped')
  }
  let stopping: Promise<void> | undefined
  const close = (): Promise<void> => (stopping ??= stop())
  return { url: url + basePath, close, [Symbol.asyncDispose]: close }
}

/** @throws WoolgatherError invalid-input where two have one name */
function distinct(webhooks: readonly Webhook[]): readonly Webhook[] {
  const twice = webhooks.find(({ name }, index) => webhooks.findIndex((other) => other.name === name) < index)
  if (twice === undefined) return webhooks
  throw new WoolgatherError('invalid-input', `Two webhooks are called “${twice.name}”: rename one.`)
}

function openStore(folder: string, server: Server): RunStore {
  try {
    const store = openRunStore(path.join(folder, 'woolgather.sqlite'))
    // What could be no start is found out before there is a worker.
    store.unfinished()
    store.paused()
    return store
  } catch (error) {
    server.close()
    throw error
  }
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      void whyNotListening(error, host, port).then((reason) => reject(new Error(reason)))
    })
    server.listen(port, host, () => resolve(urlOf(server.address() as AddressInfo)))
  })
}

async function whyNotListening(
  { code, message }: NodeJS.ErrnoException,
  host: string,
  port: number,
): Promise<string> {
  const holder = code === 'EADDRINUSE' ? describeHolder(await findHolder(host, port)) : ''
  const reasons: Record<string, string> = {
    EADDRINUSE: `Port ${port} is taken${holder}: choose another with --port, or stop what listens there.`,
    EACCES: `Port ${port} needs rights you do not have: choose one above 1023 with --port.`,
    EADDRNOTAVAIL: `This machine has no address ${host}: give one of its own with --host.`,
    ENOTFOUND: `This machine has no address ${host}: give one of its own with --host.`,
  }
  return reasons[code ?? ''] ?? message
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

/** Node types of the library and of the packages this server was started with. */
async function describeNodes(
  packages: readonly string[],
): Promise<{ descriptions: NodeDescription[]; broken: BrokenPackage[] }> {
  const library = { definitions: new Map(), descriptions: describeLibrary() }
  const { registry, broken } = await gatherNodes(library, packages)
  return { descriptions: [...registry.descriptions.values()], broken }
}
