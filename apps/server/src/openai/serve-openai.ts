import { randomUUID } from 'node:crypto'
import type { ArtifactStore } from '@woolgather/engine'
import { documentLimits, type Descriptions, type RunError, type Workflow } from '@woolgather/workflow'
import { Router, type ErrorRequestHandler, type Response } from 'express'
import { z } from 'zod'
import { jsonBody } from '../bodies/json-body.ts'
import { describeThrown } from '../errors/describe-thrown.ts'
import type { RunService } from '../runs/run-service.ts'
import type { WorkflowStore } from '../workflows/workflow-store.ts'
import { bareModel, listBare, type ListFiles, type Use } from './bare-model.ts'
import { answerCall, type Answer, type TokenLogprob } from './answer-call.ts'
import { createStream, type Silence } from './answer-stream.ts'
import { bindCall, isCallable, UnboundParameter, type Asked } from './bind-call.ts'
import { CallError, describeError } from './call-error.ts'
import {
  chat,
  completion,
  describeEmbeddingUsage,
  describeUsage,
  warningsField,
  type Format,
} from './formats.ts'
import {
  readChatRequest,
  readCompletionRequest,
  readEmbeddingRequest,
  type EmbeddingCall,
  type ModelCall,
  type ReadRequest,
} from './requests.ts'

export interface OpenAiOptions {
  runs: RunService
  workflows: WorkflowStore
  /** Files that are models by themselves. */
  models: ListFiles
  artifacts: ArtifactStore
  types: Descriptions
  /** Of streams in which nothing comes. */
  silence?: Silence | undefined
}

/** Saved workflows with an `api/input` and an `api/output`, and model files, as OpenAI's clients call them. */
export function serveOpenAi(options: OpenAiOptions): Router {
  const router = Router()
  router.use('/v1', ...jsonBody(documentLimits.bytes))

  router.get('/v1/models', async (_request, response) => {
    response.json({ object: 'list', data: (await listCallable(options)).map(describeModel) })
  })

  // Names of files have slashes, which not every client writes as %2F.
  router.get('/v1/models/*name', async (request, response) => {
    const name = request.params.name.join('/')
    const found = (await listCallable(options)).find((id) => id === name)
    if (found === undefined) return noSuchModel(response, name)
    response.json(describeModel(found))
  })

  router.post('/v1/chat/completions', (request, response) =>
    serveCall(readChatRequest(request.body), chat, response, options),
  )
  router.post('/v1/completions', (request, response) =>
    serveCall(readCompletionRequest(request.body), completion, response, options),
  )
  router.post('/v1/embeddings', (request, response) =>
    serveEmbeddings(readEmbeddingRequest(request.body), response, options),
  )
  return router
}

async function serveCall(
  call: ReadRequest,
  format: Format,
  response: Response,
  options: OpenAiOptions,
): Promise<void> {
  if ('problem' in call) return refuse(response, 400, { code: 'protocol', message: call.problem }, call.param)
  const bound = await bindAll(call, options, format === chat ? 'chat' : 'text')
  if (bound === undefined) return noSuchModel(response, call.model)
  const head = {
    id: `${format.prefix}-${randomUUID()}`,
    created: Math.floor(Date.now() / 1_000),
    model: call.model,
  }
  const stream = call.stream ? createStream(response, format, { head, silence: options.silence }) : undefined
  try {
    const answers = await answerAll(bound, response, options, {
      onText: (choice, piece, logprobs) => stream?.text(choice, piece, logprobs),
      onAnswer: (choice, answer) => stream?.finish(choice, answer),
    })
    const usage = describeUsage(answers.map((answer) => answer.usage))
    if (stream) return stream.end(call.includeUsage ? usage : undefined)
    const choices = answers.map((answer, index) => format.choice(answer, index))
    const warnings = [...new Set(answers.flatMap((answer) => answer.warnings))]
    response.json({ ...head, object: format.object, choices, usage, ...warningsField(warnings) })
  } catch (thrown) {
    if (!stream?.begun) throw thrown
    stream.fail(thrown instanceof CallError ? thrown.error : describeThrown(thrown).error)
  }
}

/** What is to be run for it; undefined where there is no such workflow. @throws CallError, UnboundParameter */
async function bindAll(
  call: ModelCall,
  { runs, workflows, models, types }: OpenAiOptions,
  as: Use,
): Promise<Workflow[] | undefined> {
  const saved = (await workflows.read(call.model).catch(() => undefined))?.workflow
  const workflow = saved && isCallable(saved) ? saved : await bareModel(models, call.model, as)
  if (workflow === undefined) return undefined
  if (runs.queue().paused) throw new CallError(pausedQueue)
  return askedOf(call).map((asked) => bindCall(workflow, call, asked, types))
}

/** A workflow whose `api/output` is a list of numbers. */
async function serveEmbeddings(
  call: EmbeddingCall | { problem: string; param?: string },
  response: Response,
  options: OpenAiOptions,
): Promise<void> {
  if ('problem' in call) return refuse(response, 400, { code: 'protocol', message: call.problem }, call.param)
  const bound = await bindAll(call, options, 'embedding')
  if (bound === undefined) return noSuchModel(response, call.model)
  const answers = await answerAll(bound, response, options, { onText: () => {}, onAnswer: () => {} })
  const data = answers.map(({ text }, index) => {
    const vector = readVector(text)
    const embedding = call.packed ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector
    return { object: 'embedding', index, embedding }
  })
  const usage = describeEmbeddingUsage(answers.map((answer) => answer.usage))
  response.json({ object: 'list', model: call.model, data, usage })
}

const vectorSchema = z.array(z.number()).min(1)

/** @throws CallError */
function readVector(text: string): number[] {
  try {
    return vectorSchema.parse(JSON.parse(text))
  } catch {
    throw new CallError({
      code: 'invalid-workflow',
      message: 'What this workflow gives is no list of numbers.',
      hint: 'Link its api/output to the list of “Embed”.',
    })
  }
}

function askedOf({ conversations, answersEach }: ModelCall): Asked[] {
  return conversations.flatMap((messages) =>
    Array.from({ length: answersEach }, (_, copy) => ({ messages, copy })),
  )
}

interface Listener {
  onText: (choice: number, piece: string, logprobs: readonly TokenLogprob[]) => void
  onAnswer: (choice: number, answer: Answer) => void
}

/** All of them, or none: where one fails, or the client is gone, the others are cancelled. */
async function answerAll(
  bound: readonly Workflow[],
  response: Response,
  { runs, artifacts, types }: OpenAiOptions,
  { onText, onAnswer }: Listener,
): Promise<Answer[]> {
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  let failed = false
  const answers = bound.map(async (workflow, choice) => {
    const answer = await answerCall({
      runs,
      artifacts,
      workflow,
      types,
      signal: gone.signal,
      onText: (piece, logprobs) => failed || onText(choice, piece, logprobs),
    })
    if (!failed) onAnswer(choice, answer)
    return answer
  })
  try {
    return await Promise.all(answers)
  } catch (thrown) {
    failed = true
    gone.abort()
    throw thrown
  }
}

const pausedQueue: RunError = {
  code: 'queue-paused',
  message: 'The queue is paused, so that nothing is begun.',
  hint: 'Let it go on in the editor, or with PATCH /api/queue.',
}

async function listCallable({ workflows, models }: OpenAiOptions): Promise<string[]> {
  const summaries = await workflows.list()
  const read = await Promise.all(summaries.map(({ id }) => workflows.read(id).catch(() => undefined)))
  const callable = read.flatMap((saved) =>
    saved !== undefined && isCallable(saved.workflow) ? [saved.id] : [],
  )
  return [...new Set([...callable, ...(await listBare(models))])]
}

function describeModel(id: string): object {
  return { id, object: 'model', created: 0, owned_by: 'woolgather' }
}

function noSuchModel(response: Response, model: string): void {
  refuse(response, 404, {
    code: 'not-found',
    message: `There is no saved workflow “${model.slice(0, 100)}” with an api/input and an api/output node, and no model file of that name.`,
  })
}

/** What is thrown, in the shape that OpenAI's clients read; what nobody foresaw is logged as everywhere. */
export const answerMistake: ErrorRequestHandler = (thrown: unknown, _request, response, next) => {
  if (response.headersSent) return next(thrown)
  if (thrown instanceof CallError) return refuse(response, thrown.status, thrown.error)
  const { status, error } = describeThrown(thrown)
  if (error.code === 'internal') return next(thrown)
  refuse(response, status, error, thrown instanceof UnboundParameter ? thrown.param : undefined)
}

function refuse(response: Response, status: number, error: RunError, param?: string): void {
  response.status(status).json({ error: describeError(error, status, param) })
}
