import { csvField } from '@woolgather/tables'
import {
  carriedField,
  spreadsheetText,
  type Json,
  type RunError,
  type RunStatus,
  type Workflow,
} from '@woolgather/workflow'
import type { TableFormat } from './read-rows.ts'

/** What becomes of one row. */
export interface RowResult {
  row: number
  status: RunStatus
  outputs: Record<string, Json>
  errors: RunError[]
}

/** With what is known of the row itself. */
export interface ResultLine extends RowResult {
  /** Values of the row that went into the workflow, as they are written in the table; absent where they are not kept. */
  inputs?: Record<string, Json> | undefined
  /** Values of the row that go into its result as they are. */
  carried: Record<string, Json>
  /** See `hashRow`. */
  rowHash: string
}

export interface ResultShape {
  format: TableFormat
  /** Names of outputs. */
  outputs: readonly string[]
  /** Columns of the table that are carried into the result. */
  carry: readonly string[]
  /** Columns of the table that go into the workflow and are kept: CSV has a column more for each that is not carried. */
  inputs: readonly string[]
  /** Lines say of which values they are. Tables of earlier versions have no column for it. */
  hashed: boolean
  /** Fields that spreadsheets run as formulas stay as they are. */
  formulas?: boolean | undefined
}

/** @param workflow for the first line only: one in every line would be most of the file */
export function lineOf(line: ResultLine, shape: ResultShape, workflow: Workflow | undefined): string {
  return shape.format === 'jsonl' ? jsonLine(line, shape, workflow) : csvLine(line, shape, workflow)
}

function jsonLine(line: ResultLine, { carry }: ResultShape, workflow: Workflow | undefined): string {
  const { row, status, inputs, outputs, carried, errors, rowHash } = line
  return `${JSON.stringify({
    row,
    status,
    ...(inputs && { inputs }),
    outputs,
    ...(carry.length > 0 && { carried }),
    ...(errors.length > 0 && { errors }),
    rowHash,
    ...(workflow && { [carriedField]: workflow }),
  })}\n`
}

function csvLine(line: ResultLine, shape: ResultShape, workflow: Workflow | undefined): string {
  const { row, status, inputs = {}, outputs, carried, errors, rowHash } = line
  const error = errors.map(({ node, message }) => `${node === undefined ? '' : `${node}: `}${message}`)
  const written = (fields: string[]): string[] =>
    shape.formulas === true ? fields : fields.map((field) => spreadsheetText(field))
  return csvRow([
    String(row),
    status,
    ...written([
      ...shape.outputs.map((name) => textOf(outputs[name])),
      ...shape.carry.map((column) => textOf(carried[column] ?? undefined)),
      error.join('; '),
    ]),
    workflow === undefined ? '' : JSON.stringify(workflow),
    ...(shape.hashed ? [rowHash] : []),
    ...written(onlyInputs(shape).map((column) => textOf(inputs[column] ?? undefined))),
  ])
}

/** The columns as a CSV file is headed: a name may be a formula, too. */
export function headingsOf(shape: ResultShape): string[] {
  return columnsOf(shape).map((name) => (shape.formulas === true ? name : spreadsheetText(name)))
}

/** Those that are not carried have a column of their own, behind those that tables of earlier versions had. */
function onlyInputs({ inputs, carry }: ResultShape): string[] {
  return inputs.filter((column) => !carry.includes(column))
}

/** Names of the columns of a CSV file. */
export function columnsOf(shape: ResultShape): string[] {
  const { outputs, carry, hashed } = shape
  const columns = [
    'row',
    'status',
    ...outputs,
    ...carry,
    'error',
    carriedField,
    ...(hashed ? ['rowHash'] : []),
  ]
  for (const column of onlyInputs(shape)) columns.push(freeName(column, columns))
  return columns
}

/** An input may be called like an output, or like a column that every table of results has. */
function freeName(column: string, taken: readonly string[]): string {
  return taken.includes(column) ? freeName(`input ${column}`, taken) : column
}

export function csvRow(fields: readonly string[]): string {
  return `${fields.map(csvField).join(',')}\n`
}

function textOf(value: Json | undefined): string {
  return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
}

/** A line of results, read back. */
export interface KnownLine {
  row: number
  status: string
  rowHash: string | undefined
  /** As JSON text, or read already; only the first line has one. */
  workflow: unknown
  outputs: readonly string[]
  carry: readonly string[]
}

/** Statuses a line can have: a row that was cancelled has none. */
const statuses: readonly string[] = ['completed', 'partial', 'failed']

/** Undefined where it is no line of results. */
export function readJsonLine(text: string): KnownLine | undefined {
  const value = parseObject(text)
  if (value === undefined) return undefined
  const { row, status, outputs, carried, rowHash, [carriedField]: workflow } = value
  if (!Number.isSafeInteger(row) || (row as number) < 0) return undefined
  if (typeof status !== 'string' || !statuses.includes(status) || !isObject(outputs)) return undefined
  return {
    row: row as number,
    status,
    rowHash: readHash(rowHash),
    workflow,
    outputs: Object.keys(outputs),
    carry: isObject(carried) ? Object.keys(carried) : [],
  }
}

/** Undefined where it is no row of results of this shape. */
export function readCsvLine(text: string, shape: ResultShape): KnownLine | undefined {
  const fields = readCsvRow(text)
  const { length } = columnsOf(shape)
  const [row = '', status = ''] = fields
  if (fields.length !== length || !/^\d{1,15}$/.test(row) || !statuses.includes(status)) return undefined
  const { outputs, carry, hashed } = shape
  const [workflow, hash] = fields.slice(3 + outputs.length + carry.length)
  return {
    row: Number(row),
    status,
    rowHash: hashed ? readHash(hash) : undefined,
    workflow,
    outputs,
    carry,
  }
}

/** Fields of one row as `csvRow` writes it, and no other: a file of a million is read back in seconds. */
export function readCsvRow(text: string): string[] {
  const fields = text.replace(/\r?\n$/, '').match(/(?<=^|,)(?:"[^"]*(?:""[^"]*)*"|[^",]*)(?=,|$)/g) ?? []
  return fields.map((field) => (field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field))
}

function readHash(value: unknown): string | undefined {
  return typeof value === 'string' && /^[0-9a-f]{12}$/.test(value) ? value : undefined
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
