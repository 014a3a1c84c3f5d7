import { existsSync } from 'node:fs'
import path from 'node:path'
import type { ArtifactStore } from '@woolgather/engine'
import type { DownloadHosts, ModelLedger, Models } from '@woolgather/files'
import type { ModelFile, WorkerFolders, WorkerStatus } from '@woolgather/protocol'
import type { Descriptions, NodeDescription } from '@woolgather/workflow'
import express, { type Express, type RequestHandler, type Response } from 'express'
import helmet from 'helmet'
import type { Logger } from 'pino'
import { answerMistake, serveOpenAi } from '../openai/serve-openai.ts'
import type { Silence } from '../openai/answer-stream.ts'
import type { ModelDownloads } from '../models/model-downloads.ts'
import type { HistoryCleaner } from '../runs/clean-history.ts'
import type { RunService } from '../runs/run-service.ts'
import { allowOrigins } from '../trust/allow-origins.ts'
import { tokenCookie, trustedParts, type Refusal, type TrustedParts } from '../trust/check-request.ts'
import { networkOf, type AddressOf } from '../trust/client-address.ts'
import { limitRequests, type RequestRates } from '../trust/limit-requests.ts'
import type { WorkflowStore } from '../workflows/workflow-store.ts'
import { stripBase } from './base-path.ts'
import { answerDownloads } from './answer-downloads.ts'
import { answerError, answerNotFound } from './answer-error.ts'
import { answerModels } from './answer-models.ts'
import { answerRanges } from './answer-ranges.ts'
import { answerRuns } from './answer-runs.ts'
import { answerWorkflows, type Opened } from './answer-workflows.ts'
import { HttpError } from '../errors/http-error.ts'
import { receiveUpload } from '../bodies/receive-upload.ts'
import { serveDocs } from './serve-docs.ts'
import { serveEndpoints, type Handlers } from './serve-endpoints.ts'

export interface AppOptions {
  version: string
  gate: (parts: TrustedParts) => Refusal | undefined
  rates: RequestRates
  addressOf: AddressOf
  /** Whose pages may read the answers. */
  allowedOrigins: readonly string[]
  /** Before every path, such as `/wool`; empty: nothing. */
  basePath: string
  descriptions: readonly NodeDescription[]
  models: Models
  /** Bytes of memory of the machine, and what models may take of it. */
  memory: { total: number; models: number }
  folders: WorkerFolders
  /** Models of workers on other machines, where those run them. */
  offered?: (() => readonly ModelFile[]) | undefined
  workflows: WorkflowStore
  ledger: ModelLedger
  downloads: ModelDownloads
  hosts: DownloadHosts
  opened?: Opened | undefined
  dataFolder: string
  silence?: Silence | undefined
  runs: RunService
  cleaner: HistoryCleaner
  artifacts: ArtifactStore
  workerStatus: () => WorkerStatus
  /** Those that no run uses. */
  unloadModels: () => void
  /** The built editor; absent or missing: a page that says how to build it. */
  editorFolder: string | undefined
  logger: Logger
}

const hashPattern = /^[0-9a-f]{64}$/

export function createApp(options: AppOptions): Express {
  const { workflows, runs, artifacts } = options
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  app.use(secureHeaders())
  app.use(stripBase(options.basePath))
  app.use(allowOrigins(options.allowedOrigins))
  app.use(limitRequests(options.rates, options.addressOf))
  app.use(requireTrust(options))
  const types = new Map(options.descriptions.map((description) => [description.type, description]))
  app.use(serveEndpoints(createHandlers(options, types)))
  app.use(serveDocs(options.version, options.basePath))
  app.use(
    serveOpenAi({
      ...{ runs, workflows, artifacts, types, silence: options.silence },
      // Of those that are on the server alone no worker could answer.
      models: async () => options.offered?.() ?? (await options.models.list()).files,
    }),
  )
  app.use(serveEditor(options.editorFolder))
  app.use(answerNotFound)
  // Also what is refused before it is reached: a token, too many requests, no such path.
  app.use('/v1', answerMistake)
  app.use(answerError(options.logger, options.dataFolder))
  return app
}

function createHandlers(options: AppOptions, types: Descriptions): Handlers {
  const { descriptions, workflows, ledger, downloads, runs } = options
  return {
    health() {
      const { state, memory, stall } = options.workerStatus()
      const trouble = runs.trouble()
      return {
        status: trouble ? 'impaired' : 'ok',
        ...(trouble && { error: trouble }),
        version: options.version,
        worker: state,
        ...(stall && { stall }),
        pid: process.pid,
        memory: { server: process.memoryUsage.rss(), ...(memory && { worker: memory }) },
      }
    },
    nodes: () => [...descriptions],
    ...answerModels({
      models: options.models,
      folders: options.folders,
      memory: options.memory,
      addressOf: options.addressOf,
      offered: options.offered,
    }),
    unloadModels() {
      options.unloadModels()
      return {}
    },
    ...answerWorkflows({
      workflows,
      ledger,
      descriptions: types,
      hosts: options.hosts,
      opened: options.opened,
    }),
    ...answerDownloads(downloads, options.hosts),
    ...answerRuns({ runs, cleaner: options.cleaner, workflows, artifacts: options.artifacts, types }),
    ...answerRanges(runs),
    upload: ({ request }) => receiveUpload(path.join(options.dataFolder, 'inputs'), request),
    artifact: ({ parameters, response }) => readArtifact(options.artifacts, parameters.hash, response),
  }
}

async function readArtifact(artifacts: ArtifactStore, hash: string, response: Response): Promise<Uint8Array> {
  const bytes = hashPattern.test(hash) ? await artifacts.get(hash) : undefined
  if (bytes === undefined) throw new HttpError(404, 'not-found', 'There is no artifact with this hash.')
  response
    .set('cache-control', 'private, max-age=31536000, immutable')
    // What a node made is shown as text, never run as a page of this origin.
    .set('content-security-policy', "default-src 'none'; sandbox")
    .type('text/plain; charset=utf-8')
  return bytes
}

function secureHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        objectSrc: ["'none'"],
        // The graph is placed with style attributes.
        styleSrc: ["'self'", "'unsafe-inline'"],
        fontSrc: ["'self'", 'data:'],
        workerSrc: ["'self'", 'blob:'],
      },
    },
    // The server speaks plain HTTP; whoever puts TLS in front adds this there.
    strictTransportSecurity: false,
  })
}

function requireTrust({ gate, addressOf, basePath }: AppOptions): RequestHandler {
  return (request, response, next) => {
    const given = request.query['token']
    const queryToken = typeof given === 'string' ? given : undefined
    const refusal = gate({ ...trustedParts(request), queryToken, address: networkOf(addressOf(request)) })
    if (refusal) throw new HttpError(refusal.status, refusal.code, refusal.message, { hint: refusal.hint })
    if (queryToken === undefined || request.method !== 'GET') return next()
    // From the address, where it would stay in the history, into a cookie that scripts cannot read.
    response.cookie(tokenCookie(request.socket.localPort), queryToken, {
      httpOnly: true,
      sameSite: 'strict',
      path: '/',
    })
    response.redirect(303, basePath + request.path.replace(/^[/\\]+/, '/'))
  }
}

function serveEditor(folder: string | undefined): RequestHandler {
  if (folder !== undefined && existsSync(folder)) return express.static(folder, { index: 'index.html' })
  return (request, response, next) => {
    if (request.path !== '/') return next()
    response
      .status(404)
      .type('text/plain')
      .send('The editor is not built yet: run `npm run build`, then start again.\n')
  }
}
