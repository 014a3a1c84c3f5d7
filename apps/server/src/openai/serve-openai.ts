import { randomUUID } from 'node:crypto'
import { documentLimits, type RunError } from '@woolgather/workflow'
import { Router, type Response } from 'express'
import { jsonBody } from '../bodies/json-body.ts'
import type { ArtifactStore } from '@woolgather/engine'
import type { RunService } from '../runs/run-service.ts'
import type { WorkflowStore } from '../workflows/workflow-store.ts'
import { answerCall, CallError, type Answer } from './answer-call.ts'
import { bindCall, isCallable } from './bind-call.ts'
import { readChatRequest, readCompletionRequest, type ModelCall } from './requests.ts'

export interface OpenAiOptions {
  runs: RunService
  workflows: WorkflowStore
  artifacts: ArtifactStore
}

/** How an answer, and a piece of one, look in one of the two interfaces. */
interface Format {
  prefix: string
  object: string
  chunkObject: string
  choice: (text: string, finishReason: string | null) => object
  chunkChoice: (text: string, finishReason: string | null, first: boolean) => object
}

const chat: Format = {
  prefix: 'chatcmpl',
  object: 'chat.completion',
  chunkObject: 'chat.completion.chunk',
  choice: (content, finish_reason) => ({
    index: 0,
    message: { role: 'assistant', content, refusal: null },
    logprobs: null,
    finish_reason,
  }),
  chunkChoice: (content, finish_reason, first) => ({
    index: 0,
    delta: finish_reason === null ? { ...(first && { role: 'assistant' }), content } : {},
    logprobs: null,
    finish_reason,
  }),
}

const completion: Format = {
  prefix: 'cmpl',
  object: 'text_completion',
  chunkObject: 'text_completion',
  choice: (text, finish_reason) => ({ index: 0, text, logprobs: null, finish_reason }),
  chunkChoice: (text, finish_reason) => ({ index: 0, text, logprobs: null, finish_reason }),
}

/** Saved workflows with an `api/input` and an `api/output` as models, as OpenAI's clients call them. */
export function serveOpenAi(options: OpenAiOptions): Router {
  const router = Router()
  const body = jsonBody(documentLimits.bytes)

  router.get('/v1/models', async (_request, response) => {
    response.json({ object: 'list', data: (await listCallable(options.workflows)).map(describeModel) })
  })

  router.get('/v1/models/:id', async (request, response) => {
    const found = (await listCallable(options.workflows)).find((id) => id === request.params.id)
    if (found === undefined) return noSuchModel(response, request.params.id)
    response.json(describeModel(found))
  })

  router.post('/v1/chat/completions', body, (request, response) =>
    serveCall(readChatRequest(request.body), chat, response, options),
  )
  router.post('/v1/completions', body, (request, response) =>
    serveCall(readCompletionRequest(request.body), completion, response, options),
  )
  return router
}

async function serveCall(
  call: ModelCall | { problem: string },
  format: Format,
  response: Response,
  { runs, workflows, artifacts }: OpenAiOptions,
): Promise<void> {
  if ('problem' in call) return refuse(response, 400, { code: 'protocol', message: call.problem })
  const saved = await workflows.read(call.model).catch(() => undefined)
  if (saved === undefined || !isCallable(saved.workflow)) return noSuchModel(response, call.model)
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  const head = {
    id: `${format.prefix}-${randomUUID()}`,
    created: Math.floor(Date.now() / 1_000),
    model: call.model,
  }
  const stream = call.stream ? createStream(response, format, head) : undefined
  try {
    const { text, finishReason } = await answerCall({
      runs,
      artifacts,
      workflow: bindCall(saved.workflow, call),
      signal: gone.signal,
      onText: (piece) => stream?.text(piece),
    })
    if (stream) return stream.end(finishReason)
    response.json({ ...head, object: format.object, choices: [format.choice(text, finishReason)] })
  } catch (thrown) {
    if (!(thrown instanceof CallError)) throw thrown
    if (stream?.begun) stream.fail(thrown.error)
    else refuse(response, thrown.status, thrown.error)
  }
}

interface AnswerStream {
  readonly begun: boolean
  text(piece: string): void
  end(finishReason: Answer['finishReason']): void
  fail(error: RunError): void
}

/** Server-sent events. The first makes the head of the answer, so that what fails before is a plain error. */
function createStream(response: Response, format: Format, head: object): AnswerStream {
  let begun = false
  const send = (data: object | '[DONE]'): void => {
    if (!begun) {
      response.set({ 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
    }
    begun = true
    response.write(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`)
  }
  const chunk = (text: string, finishReason: string | null): void =>
    send({
      ...head,
      object: format.chunkObject,
      choices: [format.chunkChoice(text, finishReason, !begun)],
    })
  return {
    get begun() {
      return begun
    },
    text: (piece) => chunk(piece, null),
    end(finishReason) {
      chunk('', finishReason)
      send('[DONE]')
      response.end()
    },
    fail(error) {
      send({ error: describeError(error, 500) })
      response.end()
    },
  }
}

async function listCallable(workflows: WorkflowStore): Promise<string[]> {
  const summaries = await workflows.list()
  const read = await Promise.all(summaries.map(({ id }) => workflows.read(id).catch(() => undefined)))
  return read.flatMap((saved) => (saved !== undefined && isCallable(saved.workflow) ? [saved.id] : []))
}

function describeModel(id: string): object {
  return { id, object: 'model', created: 0, owned_by: 'woolgather' }
}

function noSuchModel(response: Response, model: string): void {
  refuse(response, 404, {
    code: 'not-found',
    message: `There is no saved workflow “${model.slice(0, 100)}” with an api/input and an api/output node.`,
  })
}

function refuse(response: Response, status: number, error: RunError): void {
  response.status(status).json({ error: describeError(error, status) })
}

/** As OpenAI's clients read it. */
function describeError({ code, message, node, hint }: RunError, status: number): object {
  const place = node === undefined ? '' : `${node}: `
  return {
    message: `${place}${message}${hint === undefined ? '' : ` ${hint}`}`,
    type: status < 500 ? 'invalid_request_error' : 'server_error',
    param: null,
    code: status === 404 ? 'model_not_found' : code,
  }
}
