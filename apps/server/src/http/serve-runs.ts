import {
  queueChangeSchema,
  routes,
  runsQuerySchema,
  submitRunSchema,
  type QueueState,
  type RunAccepted,
  type RunDetails,
  type RunEventsResponse,
  type RunsResponse,
  type SubmitRunRequest,
} from '@woolgather/protocol'
import {
  apiInputs,
  bindInputs,
  documentLimits,
  parseWorkflow,
  type Issue,
  type Json,
  type RunError,
  type RunEvent,
  type Workflow,
} from '@woolgather/workflow'
import { Router } from 'express'
import { z } from 'zod'
import { changeQueue } from '../runs/change-queue.ts'
import type { RunService, SubmitChoices } from '../runs/run-service.ts'
import type { WorkflowStore } from '../workflows/workflow-store.ts'
import { HttpError } from './http-error.ts'
import { jsonBody } from './json-body.ts'
import { readBody, readQuery } from './read-request.ts'

const afterSchema = z.object({ after: z.coerce.number().int().min(-1).default(-1) })

/** Runs over HTTP: begun, listed, read, cancelled and taken up again. */
export function serveRuns(runs: RunService, workflows: WorkflowStore): Router {
  const router = Router()

  router.post(routes.runs, jsonBody(documentLimits.bytes + 65_536), async (request, response) => {
    const { workflow, ...choices } = await readSubmission(request.body, workflows)
    const { run, issues } = runs.submit(workflow, choices)
    if (issues) throw refused(issues)
    response.status(202).json({ run } satisfies RunAccepted)
  })

  router.get(routes.runs, (request, response) => {
    const query = readQuery(runsQuerySchema, request.query)
    const found = runs.list({ ...query, limit: query.limit + 1 })
    const page = found.slice(0, query.limit)
    const next = found.length > page.length ? page.at(-1)?.number : undefined
    response.json({ runs: page, ...(next !== undefined && { next }) } satisfies RunsResponse)
  })

  router.get(routes.queue, (_request, response) => {
    response.json(runs.queue() satisfies QueueState)
  })

  router.patch(routes.queue, jsonBody(), (request, response) => {
    const refusal = changeQueue(runs, readBody(queueChangeSchema, request.body))
    if (refusal) throw asHttpError(refusal)
    response.json(runs.queue() satisfies QueueState)
  })

  router.get('/api/runs/:id', (request, response) => {
    const details = runs.details(request.params.id)
    if (details === undefined) throw noSuchRun(request.params.id)
    response.json(details satisfies RunDetails)
  })

  router.get('/api/runs/:id/events', (request, response) => {
    const { after } = readQuery(afterSchema, request.query)
    const run = request.params.id
    if (!runs.exists(run)) throw noSuchRun(run)
    const page = runs.page(run, after)
    const events = (page?.texts ?? []).map((text) => JSON.parse(text) as RunEvent)
    const more = runs.page(run, page?.to ?? after) !== undefined
    response.json({ events, more } satisfies RunEventsResponse)
  })

  router.post('/api/runs/:id/cancel', (request, response) => {
    if (!runs.cancel(request.params.id)) throw noSuchRun(request.params.id)
    response.status(202).json({ run: request.params.id } satisfies RunAccepted)
  })

  router.post('/api/runs/:id/resume', (request, response) => {
    const refusal = runs.resume(request.params.id)
    if (refusal) throw asHttpError(refusal)
    response.status(202).json({ run: request.params.id } satisfies RunAccepted)
  })

  return router
}

async function readSubmission(
  body: unknown,
  workflows: WorkflowStore,
): Promise<{ workflow: Workflow } & SubmitChoices> {
  // The workflow itself is read by `parseWorkflow`, which bounds depth before anything walks through it.
  const { workflow: document, ...rest } = Object(body) as Record<string, unknown>
  const { id, inputs, ...choices } = readBody(submitSchema, rest)
  if ((document === undefined) === (id === undefined)) {
    throw new HttpError(
      400,
      'protocol',
      'The body must have either a `workflow` or the `id` of a saved one.',
      'Send it as JSON, with content-type application/json.',
    )
  }
  const workflow = id === undefined ? parseDocument(document) : (await workflows.read(id)).workflow
  return { workflow: inputs === undefined ? workflow : putIn(workflow, inputs), ...choices }
}

const submitSchema = (submitRunSchema as z.ZodObject).omit({ workflow: true }) as unknown as z.ZodType<
  Omit<SubmitRunRequest, 'workflow'>
>

function parseDocument(document: unknown): Workflow {
  const { workflow, issues } = parseWorkflow(document)
  if (issues) throw refused(issues)
  return workflow
}

/** @throws HttpError naming a value that goes nowhere */
export function putIn(workflow: Workflow, inputs: Record<string, Json>): Workflow {
  const named = apiInputs(workflow)
  const byName = new Map(named.map((port) => [port.name, port] as const).reverse())
  const values = Object.entries(inputs).map(([name, value]) => {
    const port = byName.get(name)
    if (port !== undefined) return { node: port.node, input: 'value', value }
    const dot = name.indexOf('.')
    const node = name.slice(0, dot)
    if (dot > 0 && Object.hasOwn(workflow.nodes, node)) return { node, input: name.slice(dot + 1), value }
    throw new HttpError(
      422,
      'unknown-input',
      `There is no \`api/input\` and no node input “${name.slice(0, 100)}”.`,
      named.length === 0
        ? 'The workflow has no `api/input`.'
        : `It has ${named
            .slice(0, shownIssues)
            .map((port) => `“${port.name}”`)
            .join(', ')}.`,
    )
  })
  return bindInputs(workflow, values)
}

/** A message has the first issues only. */
const shownIssues = 20

/** Issues in one answer: the code and hint are those of the first. */
function refused(issues: readonly Issue[]): HttpError {
  const [first] = issues
  const lines = issues.slice(0, shownIssues).map(({ node, input, message }) => {
    const place = [node, input].filter((part) => part !== undefined).join('.')
    return place === '' ? message : `${place}: ${message}`
  })
  const more = issues.reduce((sum, issue) => sum + (issue.more ?? 1), 0) - lines.length
  if (more > 0) lines.push(`There are ${more} more.`)
  return new HttpError(422, first?.code ?? 'invalid-workflow', lines.join('\n'), first?.hint)
}

function noSuchRun(run: string): HttpError {
  return new HttpError(404, 'run-not-found', `There is no run “${run.slice(0, 100)}”.`)
}

function asHttpError({ code, message, hint }: RunError): HttpError {
  return new HttpError(code === 'run-not-found' ? 404 : 409, code, message, hint)
}
