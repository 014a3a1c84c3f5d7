import { drawSeeds } from '@woolgather/engine'
import { resolveFolders } from '@woolgather/supervisor'
import {
  adviseWorkflow,
  explainUnknownTypes,
  planWorkflow,
  validateWorkflow,
  type Plan,
  type Workflow,
} from '@woolgather/workflow'
import { bindColumns, bindRow, type BoundColumn } from '../batch/bind-columns.ts'
import {
  formatOf,
  openRows,
  surveyRows,
  type Row,
  type RowsOptions,
  type Survey,
} from '../batch/read-rows.ts'
import { hashOf, openResults } from '../batch/result-file.ts'
import { runWindow } from '../batch/run-window.ts'
import { showBatch } from '../batch/show-batch.ts'
import { nameOutputs, workRow } from '../batch/work-row.ts'
import { CliError } from '../cli-error.ts'
import type { CliIo } from '../cli-io.ts'
import { exitCodes } from '../exit-codes.ts'
import { printWarnings } from '../print-warnings.ts'
import { readNodes, type KnownNodes } from '../known-nodes.ts'
import { parseFile } from '../read-workflow.ts'
import { startOwnWorker } from '../own-worker.ts'
import { createServerRunner } from '../server-runner.ts'
import { checkWritable } from '../write-result.ts'
import { artifactsOf, createInterrupter, type RunOptions } from './run.ts'

export interface BatchOptions extends RunOptions, RowsOptions {
  rows: string
  out: string
  concurrency?: string
  resume?: boolean
  asCompleted?: boolean
  ignore?: string[]
}

/** Rows worked on at once: as many as a model decodes together without taking much more memory. */
const defaultConcurrency = 8

/** `woolgather batch FILE`: a run per row of a table; returns the exit code. */
export async function batch(file: string, options: BatchOptions, io: CliIo): Promise<number> {
  const concurrency = readConcurrency(options.concurrency)
  const format = formatOf(options.out, '--out')
  const folders = resolveFolders(options)
  const server = options.server === undefined ? undefined : createServerRunner(options.server)
  const { descriptions, broken } = server
    ? { descriptions: await server.descriptions(), broken: [] }
    : await readNodes(folders.nodes, io)
  const base = await parseFile(file, io.stdin, descriptions, options.set ?? [])
  const rowsOptions = rowsOptionsOf(options)
  const survey = await surveyRows(options.rows, rowsOptions)
  const { count, columns } = survey
  const bound = bindColumns(base, columns, descriptions, {
    ignored: options.ignore ?? [],
    ignoreOthers: options.ignoreOthers === true,
    decimalComma: survey.decimalComma,
  })
  const plan = planFirstRow(base, { bound, descriptions, broken, options, survey })
  const names = nameOutputs(base, plan)
  await checkWritable(options.out)
  if (!options.quiet) printWarnings(adviseWorkflow(base, descriptions).warnings, io.stderr)
  const results = await openResults({
    file: options.out,
    format,
    outputs: names.map(({ name }) => name),
    workflow: base,
    identity: { workflow: hashOf([base, options.target ?? null]), columns, seeds: drawSeeds(plan) },
    resume: options.resume === true,
  })

  const cancel = new AbortController()
  const artifacts = server ?? artifactsOf(folders)
  let { failed } = results
  const show = showBatch(io.stderr, { done: results.done.size, failed, total: count }, options.quiet)
  const runner =
    server ?? startOwnWorker(options, { folders, io, say: (text) => show.say(text), tellsRestarts: true })
  const stopListening = io.onInterrupt(
    createInterrupter({ worker: runner, cancel, say: (text) => show.say(text) }),
  )
  try {
    const { rows } = await openRows(options.rows, rowsOptions)
    await runWindow({
      rows: leaveOut(results.done, rows),
      concurrency,
      inOrder: options.asCompleted !== true,
      signal: cancel.signal,
      work: async (row) => {
        const { workflow, errors } = bindRow(base, bound, row)
        if (errors.length > 0) return { row: row.number, status: 'failed', outputs: {}, errors }
        return workRow(row, workflow, {
          runner,
          plan,
          targets: options.target,
          seeds: results.seeds,
          names,
          readArtifact: (hash) => artifacts.readArtifact(hash),
          signal: cancel.signal,
          onErrors: (errors, nameOf) => show.tell(row.number, errors, nameOf),
        })
      },
      keep: async (ended) => {
        await results.append(ended)
        const bad = ended.filter(({ status }) => status !== 'completed').length
        failed += bad
        show.add(ended.length, bad)
      },
    })
    if (!cancel.signal.aborted) await results.complete()
  } finally {
    show.end()
    await runner.close()
    await results.close()
    stopListening()
  }
  if (cancel.signal.aborted) return exitCodes.cancelled
  return failed > 0 ? exitCodes.partial : exitCodes.ok
}

function rowsOptionsOf({ delimiter, encoding, ignoreOthers }: BatchOptions): RowsOptions {
  return {
    ...(delimiter !== undefined && { delimiter }),
    ...(encoding !== undefined && { encoding }),
    ...(ignoreOthers !== undefined && { ignoreOthers }),
  }
}

function readConcurrency(text: string | undefined): number {
  const value = text === undefined ? defaultConcurrency : Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= 1_000) return value
  throw new CliError([
    { code: 'invalid-input', message: `--concurrency must be a whole number from 1 to 1000, not “${text}”.` },
  ])
}

/**
 * Checks the workflow as the first row will run it. Wrong values of that row are its own affair: it fails, the rest is
 * run.
 * @throws CliError with every other issue
 */
function planFirstRow(
  base: Workflow,
  given: KnownNodes & { bound: readonly BoundColumn[]; options: BatchOptions; survey: Survey },
): Plan {
  const { bound, descriptions, broken, options } = given
  const { first } = given.survey
  if (first === undefined) {
    throw new CliError([{ code: 'file-unreadable', message: `“${options.rows}” has no rows.` }])
  }
  const { workflow } = bindRow(base, bound, first)
  const issues = validateWorkflow(workflow, descriptions, { targets: options.target }).filter(
    (issue) => !bound.some(({ node, input }) => issue.node === node && issue.input === input),
  )
  if (issues.length > 0) throw new CliError(explainUnknownTypes(issues, broken))
  const planned = planWorkflow(workflow, descriptions, options.target ? { targets: options.target } : {})
  if (planned.issues) throw new CliError(planned.issues)
  return planned.plan
}

async function* leaveOut(done: ReadonlySet<number>, rows: AsyncIterable<Row>): AsyncGenerator<Row> {
  for await (const row of rows) if (!done.has(row.number)) yield row
}
