import { existsSync } from 'node:fs'
import type { ArtifactStore } from '@woolgather/engine'
import type { ModelLedger } from '@woolgather/files'
import type { ModelList } from '@woolgather/gguf'
import {
  routes,
  type HealthResponse,
  type ModelFile,
  type NodesResponse,
  type WorkerStatus,
} from '@woolgather/protocol'
import type { NodeDescription } from '@woolgather/workflow'
import express, { type Express, type RequestHandler } from 'express'
import helmet from 'helmet'
import type { Logger } from 'pino'
import { serveOpenAi } from '../openai/serve-openai.ts'
import type { ModelDownloads } from '../models/model-downloads.ts'
import type { RunService } from '../runs/run-service.ts'
import { tokenCookie, type Refusal, type TrustedParts } from '../trust/check-request.ts'
import type { AddressOf } from '../trust/client-address.ts'
import { limitRequests, type RequestRates } from '../trust/limit-requests.ts'
import type { WorkflowStore } from '../workflows/workflow-store.ts'
import { answerError, answerNotFound } from './answer-error.ts'
import { HttpError } from './http-error.ts'
import { receiveUpload } from './receive-upload.ts'
import { serveDocs } from './serve-docs.ts'
import { serveDownloads } from './serve-downloads.ts'
import { serveRuns } from './serve-runs.ts'
import { serveWorkflows } from './serve-workflows.ts'

export interface AppOptions {
  version: string
  gate: (parts: TrustedParts) => Refusal | undefined
  rates: RequestRates
  addressOf: AddressOf
  descriptions: readonly NodeDescription[]
  listModels: () => Promise<ModelList>
  workflows: WorkflowStore
  ledger: ModelLedger
  downloads: ModelDownloads
  /** Where uploads go. */
  inputsFolder: string
  runs: RunService
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
  const { descriptions, workflows, runs, artifacts } = options
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  app.use(secureHeaders())
  app.use(limitRequests(options.rates, options.addressOf))
  app.use(requireTrust(options))

  app.get(routes.health, (_request, response) => {
    const { state, memory, stall } = options.workerStatus()
    response.json({
      status: 'ok',
      version: options.version,
      worker: state,
      ...(stall && { stall }),
      pid: process.pid,
      memory: { server: process.memoryUsage.rss(), ...(memory && { worker: memory }) },
    } satisfies HealthResponse)
  })

  app.get(routes.nodes, (_request, response) => {
    response.json(descriptions satisfies readonly NodeDescription[] as NodesResponse)
  })

  app.get(routes.models, async (_request, response) => {
    response.json((await options.listModels()).files satisfies ModelFile[])
  })

  app.post(routes.unloadModels, (_request, response) => {
    options.unloadModels()
    response.status(202).json({})
  })

  const types = new Map(descriptions.map((description) => [description.type, description]))
  app.use(serveWorkflows({ workflows, ledger: options.ledger, descriptions: types }))
  app.use(serveDownloads(options.downloads))
  app.use(serveRuns(runs, workflows))
  app.use(serveDocs(options.version))
  app.use(serveOpenAi({ runs, workflows, artifacts }))

  app.post(routes.upload, async (request, response) => {
    const { name } = request.query
    const announced = Number(request.headers['content-length'] ?? 0)
    response.status(201).json(await receiveUpload(options.inputsFolder, name, request, announced))
  })

  app.get('/api/artifacts/:hash', async (request, response) => {
    const { hash } = request.params
    const bytes = hashPattern.test(hash) ? await artifacts.get(hash) : undefined
    if (bytes === undefined) throw new HttpError(404, 'not-found', 'There is no artifact with this hash.')
    response
      .set('cache-control', 'private, max-age=31536000, immutable')
      // What a node made is shown as text, never run as a page of this origin.
      .set('content-security-policy', "default-src 'none'; sandbox")
      .type('text/plain; charset=utf-8')
      .send(Buffer.from(bytes))
  })

  app.use(serveEditor(options.editorFolder))
  app.use(answerNotFound)
  app.use(answerError(options.logger))
  return app
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

function requireTrust({ gate, addressOf }: AppOptions): RequestHandler {
  return (request, response, next) => {
    const given = request.query['token']
    const queryToken = typeof given === 'string' ? given : undefined
    const refusal = gate({ headers: request.headers, queryToken, address: addressOf(request) })
    if (refusal) throw new HttpError(refusal.status, refusal.code, refusal.message, refusal.hint)
    if (queryToken === undefined || request.method !== 'GET') return next()
    // From the address, where it would stay in the history, into a cookie that scripts cannot read.
    response.cookie(tokenCookie, queryToken, { httpOnly: true, sameSite: 'strict', path: '/' })
    response.redirect(303, request.path.replace(/^\/+/, '/'))
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
