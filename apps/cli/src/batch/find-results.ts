import { stat } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { parseWorkflow, seedsIn, withSeeds, type Json, type Workflow } from '@woolgather/workflow'
import { CliError } from '../io/cli-error.ts'
import { hashOf } from './hash-row.ts'
import { KnownRows } from './known-rows.ts'
import {
  columnsOf,
  headingsOf,
  readCsvLine,
  readCsvRow,
  readJsonLine,
  type KnownLine,
  type ResultShape,
} from './result-line.ts'
import {
  anotherName,
  foreign,
  noLine,
  otherColumns,
  otherWorkflow,
  refuse,
  taken,
  tooFewRows,
  unfinished,
  workedOn,
} from './refuse-results.ts'
import { scanRecords, type ScannedRecord } from './scan-records.ts'
import { besideOf, isWorkedOn, readUnfinished, type BatchIdentity } from './unfinished-batch.ts'
import { withoutLooks } from './without-looks.ts'

/** What is to become of a file that is there. */
export type ResultsMode = 'begin' | 'resume' | 'overwrite'

export interface FindResultsOptions {
  file: string
  shape: ResultShape
  /** Columns that go into the workflow: a file that is gone on with may keep their values or not. */
  bound: readonly string[]
  workflow: Workflow
  targets: readonly string[] | undefined
  identity: BatchIdentity
  mode: ResultsMode
  /** Rows of the table. */
  count: number
}

/** Where a batch begins, or goes on. */
export interface FoundResults {
  /** There is no file, or one that is gone on with, or one that results take the place of. */
  kind: 'new' | 'begun' | 'replaced'
  rows: KnownRows
  seeds: Record<string, number>
  shape: ResultShape
  /** Bytes of whole lines. What is behind them was cut short by a kill. */
  end: number
  /** The row of the first line, which carries the workflow. */
  firstRow: number | undefined
  /** Rows with several lines: what runs them again was killed before it took the older ones away. */
  repeated: Set<number>
}

/**
 * Finds out whether a batch may write to a file, and what is done of it already. Changes nothing.
 * @throws CliError where the file holds anything that is not to be lost, or is not what this batch began
 */
export async function findResults(options: FindResultsOptions): Promise<FoundResults> {
  const { file, mode } = options
  const size = await sizeOf(file)
  const before = await readUnfinished(besideOf(file))
  if (before !== undefined && isWorkedOn(before)) throw workedOn(file, before.process?.id)
  if (size === undefined || mode === 'overwrite') {
    return nothingDone(options, size === undefined ? 'new' : 'replaced')
  }
  if (mode === 'begin') throw before === undefined ? taken(file) : unfinished(file)
  if (before !== undefined) checkIdentity(before, options)
  if (size === 0 && before === undefined) throw foreign(file, 'it is empty')
  return readResults(options, before)
}

function nothingDone(
  { shape, identity, count }: FindResultsOptions,
  kind: FoundResults['kind'],
): FoundResults {
  const rows = new KnownRows(count)
  return { kind, rows, seeds: identity.seeds, shape, end: 0, firstRow: undefined, repeated: new Set() }
}

/** Undefined where there is none. @throws CliError where it is no file that can be written over */
async function sizeOf(file: string): Promise<number | undefined> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw refuse(`Cannot look at “${file}”: ${error.message}.`)
  })
  if (found === undefined || found.isFile()) return found?.size
  throw refuse(
    `“${file}” is no file but ${found.isDirectory() ? 'a folder' : 'a device or pipe'}.`,
    anotherName,
  )
}

async function readResults(
  options: FindResultsOptions,
  before: BatchIdentity | undefined,
): Promise<FoundResults> {
  const { file, count } = options
  const found = nothingDone(options, 'begun')
  const { rows, repeated } = found
  try {
    let number = 0
    for await (const record of scanRecords(file, options.shape.format)) {
      number++
      if (!record.whole) {
        if (!isCutShort(record, found)) throw foreign(file, 'its last line is no line of results')
        break
      }
      const isHeader = options.shape.format === 'csv' && number === 1
      if (isHeader) found.shape = shapeOf(record, options)
      const line = isHeader ? undefined : readLine(record, found.shape)
      found.end = record.end
      if (line === undefined) {
        if (isHeader || isBlank(record)) continue
        throw noLine(file, number)
      }
      if (found.firstRow === undefined) {
        found.seeds = checkFirstLine(line, options, before)
        found.firstRow = line.row
      }
      if (line.row >= count) throw tooFewRows(file, line.row, count)
      if (rows.has(line.row)) repeated.add(line.row)
      rows.note(line.row, line.status, line.rowHash)
    }
  } catch (error) {
    if (error instanceof CliError) throw error
    throw error instanceof RangeError
      ? foreign(file, error.message)
      : refuse(`Cannot read “${file}”: ${(error as Error).message}.`)
  }
  if (found.firstRow !== undefined) return found
  if (before === undefined && found.end === 0) throw foreign(file, 'it has no whole line')
  return { ...found, seeds: before?.seeds ?? found.seeds }
}

function readLine({ bytes }: ScannedRecord, shape: ResultShape): KnownLine | undefined {
  const text = bytes.toString('utf8')
  return shape.format === 'jsonl' ? readJsonLine(text) : readCsvLine(text, shape)
}

function isBlank({ bytes }: ScannedRecord): boolean {
  return bytes.length < 3 && bytes.toString('latin1').trim() === ''
}

/** Whether what a kill left is the beginning of a line: anything else was written by somebody. */
function isCutShort({ bytes }: ScannedRecord, { shape, end }: FoundResults): boolean {
  const text = bytes.subarray(0, 256).toString('utf8').replace(/\0+$/, '')
  // What a disk has where the power was cut before the bytes came.
  if (text === '') return true
  if (shape.format === 'jsonl') return /^\{\s*"row"\s*:\s*\d/.test(text) || '{"row":'.startsWith(text)
  if (end > 0) return /^\d+(,|$)/.test(text)
  const begun = withoutMark(text)
  const headers = [headingsOf(shape), columnsOf(shape)].map((names) => names.join(','))
  return headers.some((header) => header.startsWith(begun) || begun.startsWith(header.slice(0, 200)))
}

/** Which columns the file has: those of today, or those of an earlier version. */
function shapeOf({ bytes }: ScannedRecord, { file, shape, bound }: FindResultsOptions): ResultShape {
  const columns = readCsvRow(withoutMark(bytes.toString('utf8')))
  for (const hashed of [true, false]) {
    for (const inputs of [bound, []]) {
      const known = { ...shape, hashed, inputs }
      // Files of earlier versions have names as they are, those with --formulas always.
      const headers = [headingsOf(known), columnsOf(known)]
      if (headers.some((names) => isDeepStrictEqual(columns, names))) return known
    }
  }
  const [row, status] = columns
  if (row !== 'row' || status !== 'status') throw foreign(file, 'its header is another')
  throw otherColumns(file, `the columns ${columns.join(', ')}`)
}

function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

/**
 * The first line carries the workflow it was made by: it must be this one.
 * @returns the seeds the file was begun with
 */
function checkFirstLine(
  line: KnownLine,
  { file, shape, workflow, identity }: FindResultsOptions,
  before: BatchIdentity | undefined,
): Record<string, number> {
  const carried = parseWorkflow(line.workflow)
  if (carried.issues) throw foreign(file, 'its first line carries no workflow')
  const seeds = seedsIn(carried.workflow, Object.keys(before?.seeds ?? identity.seeds))
  if (seeds === undefined || !isSame(carried.workflow, withSeeds(workflow, seeds))) throw otherWorkflow(file)
  const strange = line.outputs.find((name) => !shape.outputs.includes(name))
  if (strange !== undefined) throw otherColumns(file, `an output “${strange}”`)
  if (!isDeepStrictEqual([...line.carry].sort(), [...shape.carry].sort())) {
    throw otherColumns(file, line.carry.length === 0 ? 'no --carry' : `--carry ${line.carry.join(',')}`)
  }
  return seeds
}

function isSame(one: Workflow, other: Workflow): boolean {
  return isDeepStrictEqual(asWritten(one), asWritten(other))
}

function asWritten(workflow: Workflow): Json {
  return JSON.parse(JSON.stringify(withoutLooks(workflow))) as Json
}

function checkIdentity(
  before: BatchIdentity,
  { file, identity, workflow, targets }: FindResultsOptions,
): void {
  // Earlier versions took the hash of all that is in the file.
  const known = [identity.workflow, hashOf([workflow, targets ?? null])]
  if (!known.includes(before.workflow)) throw otherWorkflow(file)
  if (!isDeepStrictEqual(before.columns, identity.columns)) {
    throw otherColumns(file, `a table with the columns ${before.columns.join(', ')}`)
  }
}
