import { drawSeeds } from '@woolgather/engine'
import {
  explainUnknownTypes,
  planWorkflow,
  validateWorkflow,
  type Issue,
  type Json,
  type NodeDescription,
  type Plan,
  type Workflow,
} from '@woolgather/workflow'
import { CliError } from '../cli-error.ts'
import type { RunOptions } from '../commands/run.ts'
import type { KnownNodes } from '../known-nodes.ts'
import { checkWritable } from '../write-result.ts'
import { bindColumns, bindRow, type BoundColumn } from './bind-columns.ts'
import { chooseColumns } from './choose-columns.ts'
import { lacks, surveyDue, type Due, type DueOptions } from './due-rows.ts'
import { findResults, type BatchIdentity, type FoundResults, type ResultsMode } from './find-results.ts'
import { hashOf, hashRow } from './hash-row.ts'
import {
  formatOf,
  readRows,
  surveyRows,
  type Row,
  type RowsOptions,
  type Survey,
  type TableFormat,
} from './read-rows.ts'
import { columnsOf, type ResultShape } from './result-line.ts'
import { nameOutputs, type OutputName } from './work-row.ts'

export interface BatchOptions extends RunOptions, RowsOptions {
  rows: string
  out: string
  concurrency?: string
  resume?: boolean
  retryFailed?: boolean
  overwrite?: boolean
  asCompleted?: boolean
  ignore?: string[]
  carry?: string[]
  skipEmpty?: string[]
  bom?: boolean
}

/** Everything that is known before anything runs. */
export interface PreparedBatch extends DueOptions {
  workflow: Workflow
  identity: BatchIdentity
  table: () => AsyncIterable<Row>
  bound: BoundColumn[]
  /** What a result line holds of its row. */
  carried: (row: Row) => Record<string, Json>
  plan: Plan
  names: OutputName[]
  found: FoundResults
  due: Due
}

/** Reads the table and what there is of results; nothing is written. @throws CliError for all that is wrong */
export async function prepareBatch(
  workflow: Workflow,
  { descriptions, broken }: KnownNodes,
  options: BatchOptions,
): Promise<PreparedBatch> {
  const format = formatOf(options.out, '--out')
  const mode = readMode(options, format)
  const table = (): AsyncIterable<Row> => readRows(options.rows, rowsOptionsOf(options))
  const survey = await surveyRows(options.rows, rowsOptionsOf(options))
  const { count, columns } = survey
  const carry = chooseColumns('--carry', options.carry, columns)
  const needed = chooseColumns('--skip-empty', options.skipEmpty, columns)
  const bound = bindUsed(workflow, survey, descriptions, { options, used: [...carry, ...needed] })
  const first = await firstRow(table(), needed)
  if (first === undefined) throw refuse('file-unreadable', `“${options.rows}” has no rows.`)
  const plan = planRow(bindRow(workflow, bound, first).workflow, {
    bound,
    descriptions,
    broken,
    targets: options.target,
  })
  const names = nameOutputs(workflow, plan)
  const shape: ResultShape = { format, outputs: names.map(({ name }) => name), carry, hashed: true }
  checkNames(shape)
  await checkWritable(options.out)
  const identity = { workflow: hashOf([workflow, options.target ?? null]), columns, seeds: drawSeeds(plan) }
  const found = await findResults({ file: options.out, shape, workflow, identity, mode, count })
  const telling = [...new Set([...bound.map(({ column }) => column), ...carry])].sort()
  const choice: DueOptions = {
    known: found.rows,
    retry: options.retryFailed === true,
    needed,
    hash: (row) => hashRow(row, telling),
  }
  const due = await surveyDue(table(), choice)
  const carried = (row: Row): Record<string, Json> => pickValues(row, carry, survey)
  return { ...choice, workflow, identity, table, bound, carried, plan, names, found, due }
}

/** Values as they are written; an empty field of a table with a header is an empty text. */
function pickValues(
  { values }: Row,
  columns: readonly string[],
  { hasHeader }: Survey,
): Record<string, Json> {
  return Object.fromEntries(
    columns.flatMap((column) => {
      const value = Object.hasOwn(values, column) ? values[column] : hasHeader ? '' : undefined
      return value === undefined ? [] : [[column, value]]
    }),
  )
}

function rowsOptionsOf({ delimiter, encoding, ignoreOthers }: BatchOptions): RowsOptions {
  return {
    ...(delimiter !== undefined && { delimiter }),
    ...(encoding !== undefined && { encoding }),
    ...(ignoreOthers !== undefined && { ignoreOthers }),
  }
}

function readMode(options: BatchOptions, format: TableFormat): ResultsMode {
  const goesOn = options.resume === true || options.retryFailed === true
  if (goesOn && options.overwrite) {
    const option = options.resume ? '--resume' : '--retry-failed'
    throw refuse(
      'invalid-input',
      `${option} goes on with a file, --overwrite begins it again: give one of them.`,
    )
  }
  if (options.bom && format !== 'csv') {
    throw refuse('invalid-input', '--bom is for results as .csv: JSONL has no byte-order mark.')
  }
  return goesOn ? 'resume' : options.overwrite ? 'overwrite' : 'begin'
}

/** Columns that are carried or looked at need not go into the workflow, but do where they name an input. */
function bindUsed(
  workflow: Workflow,
  { columns, decimalComma }: Survey,
  descriptions: readonly NodeDescription[],
  { options, used }: { options: BatchOptions; used: readonly string[] },
): BoundColumn[] {
  const choice = { ignored: options.ignore ?? [], ignoreOthers: options.ignoreOthers === true, decimalComma }
  const rest = columns.filter((column) => !used.includes(column))
  return [
    ...bindColumns(workflow, rest, descriptions, choice),
    ...bindColumns(workflow, [...new Set(used)], descriptions, { ...choice, ignoreOthers: true }),
  ]
}

/** The first row that is not left out; where all are, the first. */
async function firstRow(rows: AsyncIterable<Row>, needed: readonly string[]): Promise<Row | undefined> {
  let first: Row | undefined
  for await (const row of rows) {
    if (!lacks(row, needed)) return row
    first ??= row
  }
  return first
}

/**
 * Checks the workflow as the first row will run it. Wrong values of that row are its own affair: it fails, the rest is
 * run.
 * @throws CliError with every other issue
 */
function planRow(
  workflow: Workflow,
  given: KnownNodes & { bound: readonly BoundColumn[]; targets?: string[] | undefined },
): Plan {
  const { bound, descriptions, broken, targets } = given
  const issues = validateWorkflow(workflow, descriptions, { targets }).filter(
    (issue) => !bound.some(({ node, input }) => issue.node === node && issue.input === input),
  )
  if (issues.length > 0) throw new CliError(explainUnknownTypes(issues, broken))
  const planned = planWorkflow(workflow, descriptions, targets ? { targets } : {})
  if (planned.issues) throw new CliError(planned.issues)
  return planned.plan
}

/** @throws CliError where a table of results would have two columns of one name for a column that is carried */
function checkNames(shape: ResultShape): void {
  if (shape.format !== 'csv') return
  const taken = columnsOf({ ...shape, carry: [] })
  const clash = shape.carry.find((column) => taken.includes(column))
  if (clash === undefined) return
  const what = shape.outputs.includes(clash) ? 'an output' : 'a column of every table of results'
  throw refuse(
    'invalid-input',
    `--carry ${clash}: “${clash}” is ${what} already.`,
    'Rename the column, or write the results as .jsonl, where carried values are apart.',
  )
}

function refuse(code: Issue['code'], message: string, hint?: string): CliError {
  return new CliError([{ code, message, ...(hint !== undefined && { hint }) }])
}
