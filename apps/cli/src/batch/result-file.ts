import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readFile, rename, rm, stat, truncate, writeFile, type FileHandle } from 'node:fs/promises'
import { csvField, readCsvRecords, ReadError, splitLines } from '@woolgather/tables'
import {
  carriedField,
  withSeeds,
  type Json,
  type RunError,
  type RunStatus,
  type Workflow,
} from '@woolgather/workflow'
import { z } from 'zod'
import { CliError } from '../cli-error.ts'
import type { TableFormat } from './read-rows.ts'

/** What becomes of one row. */
export interface RowResult {
  row: number
  status: RunStatus
  outputs: Record<string, Json>
  errors: RunError[]
}

/** What has to be the same for a batch to go on where it stopped, and the seeds it was begun with. */
export interface BatchIdentity {
  workflow: string
  columns: string[]
  seeds: Record<string, number>
}

/** Result lines on disk, appended as rows end. */
export interface ResultFile {
  /** Rows that have a line from before. */
  done: ReadonlySet<number>
  /** How many of those failed. */
  failed: number
  seeds: Record<string, number>
  append(results: readonly RowResult[]): Promise<void>
  /** All rows have a line. */
  complete(): Promise<void>
  close(): Promise<void>
}

export interface OpenResultsOptions {
  file: string
  format: TableFormat
  /** Names of outputs: the columns of a CSV file. */
  outputs: readonly string[]
  /** Carried by the first line. */
  workflow: Workflow
  identity: BatchIdentity
  resume: boolean
}

const identitySchema = z.object({
  workflow: z.string(),
  columns: z.array(z.string()),
  seeds: z.record(z.string(), z.number()),
})

/**
 * Opens the file of results. While the batch is not complete a small file beside it, `FILE.batch`, keeps what it was
 * begun with; a line that was cut short by a kill is taken away.
 * @throws CliError where there is an unfinished batch and `resume` is not asked for, or one of another workflow
 */
export async function openResults(options: OpenResultsOptions): Promise<ResultFile> {
  const { file, format, outputs } = options
  const beside = `${file}.batch`
  const before = await readIdentity(beside)
  const exists = await stat(file).then(
    () => true,
    () => false,
  )
  if (before !== undefined && !options.resume) throw unfinished(file)
  const goesOn = options.resume && exists
  const identity = goesOn ? sameBatch(file, before, options.identity) : options.identity
  await writeWhole(beside, JSON.stringify(identity))
  const found = goesOn ? await readDone(file, format) : { done: new Set<number>(), failed: 0, end: 0 }
  if (goesOn) await truncate(file, found.end)
  const handle = await open(file, goesOn ? 'a' : 'w')
  if (format === 'csv' && found.end === 0) await handle.write(csvHeader(outputs))
  let unwritten = found.done.size === 0 ? withSeeds(options.workflow, identity.seeds) : undefined
  const takeWorkflow = (): Workflow | undefined => {
    const workflow = unwritten
    unwritten = undefined
    return workflow
  }
  return {
    done: found.done,
    failed: found.failed,
    seeds: identity.seeds,
    append: (results) =>
      write(
        handle,
        results.map((result) => lineOf(result, { format, outputs, workflow: takeWorkflow() })).join(''),
      ),
    complete: () => rm(beside, { force: true }),
    close: () => handle.close(),
  }
}

export function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex')
}

async function write(handle: FileHandle, text: string): Promise<void> {
  if (text !== '') await handle.write(text)
}

interface LineOptions {
  format: TableFormat
  outputs: readonly string[]
  /** Of the first line only: a workflow in every one would be most of the file. */
  workflow: Workflow | undefined
}

function lineOf(result: RowResult, { format, outputs: names, workflow }: LineOptions): string {
  const { row, status, outputs, errors } = result
  if (format === 'jsonl') {
    const carried = workflow && { [carriedField]: workflow }
    return `${JSON.stringify({ row, status, outputs, ...(errors.length > 0 && { errors }), ...carried })}\n`
  }
  const fields = names.map((name) => textOf(outputs[name]))
  const error = errors.map(({ node, message }) => `${node === undefined ? '' : `${node}: `}${message}`)
  const carried = workflow === undefined ? '' : JSON.stringify(workflow)
  return `${[String(row), status, ...fields, error.join('; '), carried].map(csvField).join(',')}\n`
}

function csvHeader(outputs: readonly string[]): string {
  return `${['row', 'status', ...outputs, 'error', carriedField].map(csvField).join(',')}\n`
}

function textOf(value: Json | undefined): string {
  return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
}

/** Rows that have a whole line, and the bytes those lines take. */
async function readDone(
  file: string,
  format: TableFormat,
): Promise<{ done: Set<number>; failed: number; end: number }> {
  const done = new Set<number>()
  let failed = 0
  let end = 0
  const note = (row: string, status: string): void => {
    done.add(Number(row))
    if (status !== 'completed') failed++
  }
  if (format === 'csv') {
    try {
      for await (const row of readCsvRecords(createReadStream(file, { encoding: 'utf8' }))) {
        if (!row.whole) break
        if (end > 0) note(row.fields[0]?.text ?? '', row.fields[1]?.text ?? '')
        end = row.end
      }
    } catch (error) {
      // a line that was cut short inside quotes
      if (!(error instanceof ReadError)) throw error
    }
    return { done, failed, end }
  }
  // One character a byte, so that places in the text are places in the file.
  const chunks = createReadStream(file, { encoding: 'latin1' })
  for await (const line of splitLines(chunks)) {
    const [, row, status] = /^\{"row":(\d+),"status":"(\w+)"/.exec(line.text) ?? []
    if (!line.whole || row === undefined || status === undefined) break
    note(row, status)
    end = line.end
  }
  return { done, failed, end }
}

async function readIdentity(file: string): Promise<BatchIdentity | undefined> {
  try {
    return identitySchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return undefined
  }
}

function sameBatch(file: string, before: BatchIdentity | undefined, now: BatchIdentity): BatchIdentity {
  // A batch that was complete has nothing left to do but what rows were added since.
  if (before === undefined) return now
  const same = before.workflow === now.workflow && before.columns.join('\n') === now.columns.join('\n')
  if (same) return before
  throw refuse(
    `“${file}” was begun with another workflow or other columns.`,
    'Give --out another name, or remove the file to begin again.',
  )
}

function unfinished(file: string): CliError {
  return refuse(
    `“${file}” holds an unfinished batch.`,
    `Go on with --resume, or remove it and ${file}.batch to begin again.`,
  )
}

function refuse(message: string, hint: string): CliError {
  return new CliError([{ code: 'write-failed', message, hint }])
}

async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.part`
  try {
    await writeFile(temporary, text)
    await rename(temporary, file)
  } finally {
    await rm(temporary, { force: true })
  }
}
