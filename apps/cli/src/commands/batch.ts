import { resolveFolders, type WorkerHandle } from '@woolgather/supervisor'
import { adviseWorkflow } from '@woolgather/workflow'
import { addressesOf } from '../batch/addresses-of.ts'
import { bindRow } from '../batch/bind-columns.ts'
import { checkOut } from '../batch/check-out.ts'
import { dueRows, type Due } from '../batch/due-rows.ts'
import { prepareBatch, type BatchOptions, type PreparedBatch } from '../batch/prepare-batch.ts'
import { nameFilesByRow } from '../batch/name-files.ts'
import { openResults, type ResultFile } from '../batch/result-file.ts'
import { runWindow } from '../batch/run-window.ts'
import { showBatch } from '../batch/show-batch.ts'
import { warnOfOneFile } from '../batch/warn-of-one-file.ts'
import { workRow } from '../batch/work-row.ts'
import { CliError } from '../io/cli-error.ts'
import type { CliIo } from '../io/cli-io.ts'
import { exitCodes } from '../io/exit-codes.ts'
import { readNodes } from '../reading/known-nodes.ts'
import { askHosts, HostRefused } from '../running/ask-hosts.ts'
import { startOwnWorker } from '../running/own-worker.ts'
import { printWarnings } from '../print/print-warnings.ts'
import { parseFile } from '../reading/read-workflow.ts'
import { openServer } from '../running/open-server.ts'
import { ServerGone, type ServerRunner } from '../running/server-runner.ts'
import { artifactsOf, createInterrupter } from './run.ts'
import { printable } from '../print/print-issues.ts'

/** Rows worked on at once: as many as a model decodes together without taking much more memory. */
const defaultConcurrency = 8

/** Priority of its runs on a server: a person there, and whoever asks for one run, need not wait for a whole table. */
const behindOthers = -1

/** `woolgather batch FILE`: a run per row of a table; returns the exit code. */
export async function batch(file: string, options: BatchOptions, io: CliIo): Promise<number> {
  const concurrency = readConcurrency(options.concurrency)
  const folders = resolveFolders(options)
  const server = openServer(options, io, { priority: behindOthers })
  const known = server
    ? { descriptions: await server.descriptions(), broken: [] }
    : await readNodes(folders.nodes, io)
  const { descriptions } = known
  const workflow = await parseFile(file, io.stdin, descriptions, options.set ?? [])
  await checkOut({ ...options, file, workflow, folders })
  const prepared = await prepareBatch(workflow, known, options)
  const { due, needed, found } = prepared
  const warnings = [...adviseWorkflow(workflow, descriptions).warnings, ...warnOfOneFile(prepared)]
  if (!options.quiet) printWarnings(warnings, io.stderr)
  if (server) for (const host of options.allowHost ?? []) await server.allowHost(host)
  else await askHosts(await addressesOf(prepared, options.target), { folders, allow: options.allowHost, io })
  const results = await openResults({ ...prepared, file: options.out, mark: options.bom === true })
  if (!options.quiet && due.leftOut > 0) io.stderr.write(`${printable(leftOut(due, needed))}\n`)
  if (!options.quiet && found.rows.unsure > 0) io.stderr.write(`${unsure(found.rows.unsure)}\n`)
  const startRunner = (say: (text: string) => void): Runner =>
    server ??
    Object.assign(startOwnWorker(options, { folders, io, say, tellsRestarts: true }), artifactsOf(folders))
  const end = await workThrough(prepared, { results, startRunner, concurrency, options, io })
  if (end.cancelled) return exitCodes.cancelled
  if (end.missing > 0) throw tableChanged(options.rows, end.missing)
  return found.rows.failed > 0 ? exitCodes.partial : exitCodes.ok
}

type Runner = Pick<WorkerHandle, 'run' | 'close' | 'kill'> & Pick<ServerRunner, 'readArtifact'>

interface WorkOptions {
  results: ResultFile
  startRunner: (say: (text: string) => void) => Runner
  concurrency: number
  options: BatchOptions
  io: CliIo
}

/** Runs the rows that are due. Says whether Ctrl-C ended it, and how many rows have no line. */
async function workThrough(
  prepared: PreparedBatch,
  { results, startRunner, concurrency, options, io }: WorkOptions,
): Promise<{ cancelled: boolean; missing: number }> {
  const { found, due, inputs, carried, table } = prepared
  const done = found.rows.done - due.again
  const failed = found.rows.failed - due.again
  const show = showBatch(io.stderr, { done, failed, total: done + due.rows }, options.quiet)
  const cancel = new AbortController()
  const named = nameFilesByRow(prepared.workflow, prepared.descriptions)
  let missing = due.rows

  const runRows = async (runner: Runner): Promise<void> => {
    const interrupt = createInterrupter({ worker: runner, cancel, say: (text) => show.say(text) })
    const stopListening = io.onInterrupt(interrupt)
    try {
      await runWindow({
        rows: dueRows(table(), prepared),
        concurrency,
        inOrder: options.asCompleted !== true,
        signal: cancel.signal,
        work: (row) =>
          workRow(row, bindRow(named(row), prepared.bound, row), {
            runner,
            plan: prepared.plan,
            targets: options.target,
            seeds: found.seeds,
            names: prepared.names,
            readArtifact: (hash) => runner.readArtifact(hash),
            signal: cancel.signal,
            about: { inputs: inputs(row), carried: carried(row), rowHash: prepared.hash(row) },
            onErrors: (errors, nameOf) => show.tell(row.number, errors, nameOf),
          }),
        keep: async (lines) => {
          await results.append(lines)
          missing -= lines.length
          show.add(lines.length, lines.filter(({ status }) => status !== 'completed').length)
        },
        onFailure: () => cancel.abort(),
      })
    } finally {
      await runner.close()
      stopListening()
    }
  }

  try {
    if (due.rows > 0) await runRows(startRunner((text) => show.say(text)))
    if (missing === 0) await results.complete()
  } catch (error) {
    throw error instanceof ServerGone || error instanceof HostRefused ? stopped(error) : error
  } finally {
    show.end()
    await results.close()
  }
  return { cancelled: cancel.signal.aborted && missing > 0, missing }
}

function readConcurrency(text: string | undefined): number {
  const value = text === undefined ? defaultConcurrency : Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= 1_000) return value
  throw new CliError([
    { code: 'invalid-input', message: `--concurrency must be a whole number from 1 to 1000, not “${text}”.` },
  ])
}

function leftOut({ leftOut: count, rows }: Due, needed: readonly string[]): string {
  const all = rows === 0 ? ', and no other is to be run' : ''
  const cells = needed.map((column) => `“${column}”`).join(' or ')
  return `${count} ${count === 1 ? 'row is' : 'rows are'} left out, where ${cells} is empty${all}.`
}

function unsure(count: number): string {
  const lines = count === 1 ? '1 line of an earlier version does' : `${count} lines of an earlier version do`
  return `${lines} not say of which row: the table is taken to be the same still.`
}

/** What was not done is done later. */
function stopped({ issues }: CliError): CliError {
  const kept = 'The results so far are kept: then go on with --resume.'
  return new CliError(
    issues.map((issue) => ({ ...issue, hint: issue.hint === undefined ? kept : `${issue.hint} ${kept}` })),
    exitCodes.failed,
  )
}

function tableChanged(rows: string, missing: number): CliError {
  const message = `“${rows}” became shorter while it was worked on: ${missing} of its rows have no result.`
  return new CliError(
    [{ code: 'file-unreadable', message, hint: 'Put the rows back, then go on with --resume.' }],
    exitCodes.failed,
  )
}
