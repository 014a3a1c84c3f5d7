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
import { CliError } from '../io/cli-error.ts'
import type { RunOptions } from '../running/run-options.ts'
import type { KnownNodes } from '../reading/known-nodes.ts'
import { checkWritable } from '../print/write-result.ts'
import { bindColumns, bindRow, type BoundColumn } from './bind-columns.ts'
import { chooseColumns } from './choose-columns.ts'
import { lacks, surveyDue, type Due, type DueOptions } from './due-rows.ts'
import { findResults, type FoundResults, type ResultsMode } from './find-results.ts'
import type { BatchIdentity } from './unfinished-batch.ts'
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
import { withoutLooks } from './without-looks.ts'
import { nameOutputs, type OutputName } from './work-row.ts'

export interface BatchOptions extends RunOptions, Omit<RowsOptions, 'ignoreUnnamed'> {
  rows: string
  out: string
  concurrency?: string
  resume?: boolean
  retryFailed?: boolean
  overwrite?: boolean
  asCompleted?: boolean
  ignore?: string[]
  ignoreOthers?: boolean
  carry?: string[]
  skipEmpty?: string[]
  bom?: boolean
  formulas?: boolean
  /** False for `--no-inputs`. */
  inputs?: boolean
}

/** Everything that is known before anything runs. */
export interface PreparedBatch extends DueOptions {
  workflow: Workflow
  descriptions: readonly NodeDescription[]
  identity: BatchIdentity
  table: () => AsyncIterable<Row>
  bound: BoundColumn[]
  /** What a result line holds of its row. */
  carried: (row: Row) => Record<string, Json>
  /** What it holds of the values that went into the workflow, where they are kept. */
  inputs: (row: Row) => Record<string, Json> | undefined
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
  const bound = bindColumns(workflow, columns, descriptions, {
    ignored: options.ignore ?? [],
    used: [...carry, ...needed],
    ignoreOthers: options.ignoreOthers === true,
    decimalComma: survey.decimalComma,
  })
  const first = await firstRow(table(), needed)
  if (first === undefined) throw refuse('file-unreadable', `“${options.rows}” has no rows.`)
  const plan = planRow(bindRow(workflow, bound, first).workflow, {
    bound,
    descriptions,
    broken,
    targets: options.target,
  })
  const names = nameOutputs(workflow, plan)
  const { formulas } = options
  const columnsBound = bound.map(({ column }) => column)
  const shape: ResultShape = {
    format,
    outputs: names.map(({ name }) => name),
    carry,
    inputs: options.inputs === false ? [] : columnsBound,
    hashed: true,
    formulas,
  }
  await checkWritable(options.out)
  const { target: targets, out: file } = options
  const made = hashOf([withoutLooks(workflow), targets ?? null])
  const identity = { workflow: made, columns, seeds: drawSeeds(plan) }
  const found = await findResults({
    file,
    shape,
    bound: columnsBound,
    workflow,
    targets,
    identity,
    mode,
    count,
  })
  checkNames(shape, found)
  const telling = [...new Set([...columnsBound, ...carry])].sort()
  const choice: DueOptions = {
    known: found.rows,
    retry: options.retryFailed === true,
    needed,
    hash: (row) => hashRow(row, telling),
  }
  const due = await surveyDue(table(), choice)
  const carried = (row: Row): Record<string, Json> => pickValues(row, carry, survey)
  // A table that is gone on with has its columns; lines of JSON take what is kept now.
  const kept = format === 'csv' ? found.shape.inputs : shape.inputs
  const inputs = (row: Row): Record<string, Json> | undefined =>
    kept.length === 0 ? undefined : valuesOf(row, kept)
  return {
    ...choice,
    workflow,
    descriptions,
    identity,
    table,
    bound,
    carried,
    inputs,
    plan,
    names,
    found,
    due,
  }
}

/** Values as they are written, of those columns for which the row has something. */
function valuesOf({ values }: Row, columns: readonly string[]): Record<string, Json> {
  const given = columns.filter((column) => Object.hasOwn(values, column))
  return Object.fromEntries(given.map((column) => [column, values[column] as Json]))
}

/** Values as they are written: an empty field of a table with a header is an empty text, what an object lacks is null. */
function pickValues(
  { values }: Row,
  columns: readonly string[],
  { hasHeader }: Survey,
): Record<string, Json> {
  return Object.fromEntries(
    columns.map((column) => {
      const value = Object.hasOwn(values, column) ? values[column] : undefined
      return [column, value ?? (hasHeader ? '' : null)]
    }),
  )
}

function rowsOptionsOf({ delimiter, encoding, ignore, ignoreOthers }: BatchOptions): RowsOptions {
  return {
    ...(delimiter !== undefined && { delimiter }),
    ...(encoding !== undefined && { encoding }),
    ignoreUnnamed: ignoreOthers === true || ignore?.includes('') === true,
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
  if (options.formulas && format !== 'csv') {
    throw refuse('invalid-input', '--formulas is for results as .csv: in JSONL nothing is run.')
  }
  return goesOn ? 'resume' : options.overwrite ? 'overwrite' : 'begin'
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

/** @throws CliError where a table of results would have two columns of one name; those begun before are gone on with */
function checkNames(shape: ResultShape, { kind }: FoundResults): void {
  if (shape.format !== 'csv' || kind === 'begun') return
  const always = columnsOf({ ...shape, outputs: [], carry: [], inputs: [] })
  const output = shape.outputs.find((name) => always.includes(name))
  const carried = shape.carry.find((name) => always.includes(name) || shape.outputs.includes(name))
  const clash = output ?? carried
  if (clash === undefined) return
  const who = output === undefined ? `--carry ${clash}` : `The output \`${clash}\``
  const what =
    shape.outputs.includes(clash) && output === undefined ? 'an output' : 'a column of every table of results'
  throw refuse(
    'duplicate-name',
    `${who}: “${clash}” is ${what} already.`,
    `Rename the ${output === undefined ? 'column' : 'output'}, or write the results as .jsonl, where they are apart.`,
  )
}

function refuse(code: Issue['code'], message: string, hint?: string): CliError {
  return new CliError([{ code, message, ...(hint !== undefined && { hint }) }])
}
