import type { ArtifactStore } from '@woolgather/engine'
import { submittedSchema, type RunDetails } from '@woolgather/protocol'
import {
  apiInputs,
  bindInputs,
  parseWorkflow,
  type Descriptions,
  type Issue,
  type Json,
  type RunError,
  type RunEvent,
  type Workflow,
} from '@woolgather/workflow'
import { readKeep } from '@woolgather/supervisor'
import type { HistoryCleaner } from '../runs/clean-history.ts'
import { readOutputs } from '../runs/read-outputs.ts'
import { waitForEnd } from '../runs/wait-for-end.ts'
import { changeQueue } from '../runs/change-queue.ts'
import type { RunService, SubmitChoices } from '../runs/run-service.ts'
import type { WorkflowStore } from '../workflows/workflow-store.ts'
import { HttpError } from '../errors/http-error.ts'
import { readBody } from './read-request.ts'
import { runNames } from './run-names.ts'
import { handlers } from './serve-endpoints.ts'

export interface AnswerRunsOptions {
  runs: RunService
  cleaner: HistoryCleaner
  workflows: WorkflowStore
  artifacts: ArtifactStore
  types: Descriptions
}

/** Runs over HTTP: begun, listed, read, cancelled and taken up again. */
export function answerRuns({ runs, cleaner, workflows, artifacts, types }: AnswerRunsOptions) {
  /** With its outputs, where it has ended. */
  const describe = async (id: string): Promise<RunDetails> => {
    const details = runs.details(id)
    if (details === undefined) throw noSuchRun(id)
    if (!runs.isOver(id)) return details
    return { ...details, ...(await readOutputs({ details, cells: runs.settled(id), artifacts, types })) }
  }

  return handlers({
    async submitRun({ request, query: { wait }, response }) {
      const { workflow, ...choices } = await readSubmission(request.body, workflows)
      // By what was asked: a workflow that is named by its id may be another by now.
      const name = runNames(request, request.body)(null)
      const { run, issues } = runs.submit(workflow, { ...choices, run: name })
      if (issues) throw refused(issues)
      if (wait === 0) return { run }
      await waitForEnd(runs, run, { seconds: wait, response })
      return describe(run)
    },
    runs({ query }) {
      const found = runs.list({ ...query, limit: query.limit + 1 })
      const page = found.slice(0, query.limit)
      const next = found.length > page.length ? page.at(-1)?.number : undefined
      return { runs: page, ...(next !== undefined && { next }) }
    },
    queue: () => runs.queue(),
    changeQueue({ body }) {
      const refusal = changeQueue(runs, body)
      if (refusal) throw asHttpError(refusal)
      return runs.queue()
    },
    async run({ parameters: { id }, query: { wait }, response }) {
      if (wait > 0) await waitForEnd(runs, id, { seconds: wait, response })
      return describe(id)
    },
    runEvents({ parameters: { id }, query: { after } }) {
      if (!runs.exists(id)) throw noSuchRun(id)
      const page = runs.page(id, after)
      const events = (page?.texts ?? []).map((text) => JSON.parse(text) as RunEvent)
      return { events, more: runs.page(id, page?.to ?? after) !== undefined }
    },
    cancelRun({ parameters: { id } }) {
      if (!runs.cancel(id)) throw noSuchRun(id)
      return { run: id }
    },
    async deleteRun({ parameters: { id } }) {
      if (!runs.exists(id)) throw noSuchRun(id)
      if (!(await cleaner.remove(id)))
        throw new HttpError(409, 'run-going-on', 'This run has not ended.', goingOn)
    },
    async cleanRuns({ body: { keep } }) {
      return { runs: await cleaner.clean(readKeep(keep, '`keep`')) }
    },
    resumeRun({ parameters: { id } }) {
      const refusal = runs.resume(id)
      if (refusal) throw asHttpError(refusal)
      return { run: id }
    },
  })
}

async function readSubmission(
  body: unknown,
  workflows: WorkflowStore,
): Promise<{ workflow: Workflow } & SubmitChoices> {
  // The workflow itself is read by `parseWorkflow`, which bounds depth before anything walks through it.
  const { workflow: document, ...rest } = Object(body) as Record<string, unknown>
  const { id, inputs: _, ...choices } = readBody(submittedSchema, rest)
  if ((document === undefined) === (id === undefined)) {
    throw new HttpError(
      400,
      'protocol',
      'The body must have either a `workflow` or the `id` of a saved one.',
      { hint: 'Send it as JSON, with content-type application/json.' },
    )
  }
  const workflow = id === undefined ? parseDocument(document) : (await workflows.read(id)).workflow
  // As they came, with the order of their keys.
  const given = rest['inputs'] as Record<string, Json> | undefined
  return { workflow: given === undefined ? workflow : putIn(workflow, given), ...choices }
}

export function parseDocument(document: unknown): Workflow {
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
      {
        hint:
          named.length === 0
            ? 'The workflow has no `api/input`.'
            : `It has ${named
                .slice(0, shownIssues)
                .map((port) => `“${port.name}”`)
                .join(', ')}.`,
      },
    )
  })
  return bindInputs(workflow, values)
}

const goingOn = { hint: 'Cancel it first, or wait until it has ended.' }

/** A message has the first issues only. */
const shownIssues = 20

/** Issues in one answer: the code and hint are those of the first. */
export function refused(issues: readonly Issue[]): HttpError {
  const [first] = issues
  const lines = issues.slice(0, shownIssues).map(({ node, input, message }) => {
    const place = [node, input].filter((part) => part !== undefined).join('.')
    return place === '' ? message : `${place}: ${message}`
  })
  const more = issues.reduce((sum, issue) => sum + (issue.more ?? 1), 0) - lines.length
  if (more > 0) lines.push(`There are ${more} more.`)
  return new HttpError(422, first?.code ?? 'invalid-workflow', lines.join('\n'), {
    hint: first?.hint,
    host: first?.host,
  })
}

function noSuchRun(run: string): HttpError {
  return new HttpError(404, 'run-not-found', `There is no run “${run.slice(0, 100)}”.`)
}

function asHttpError({ code, message, hint }: RunError): HttpError {
  return new HttpError(code === 'run-not-found' ? 404 : 409, code, message, { hint })
}
