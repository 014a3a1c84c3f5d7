import { CliError } from '../io/cli-error.ts'

export const anotherName = 'Give --out another name.'
const nameOrOverwrite = 'Give --out another name, or begin again with --overwrite.'

export function taken(file: string): CliError {
  return refuse(
    `“${file}” is there already.`,
    'If it is a result of this workflow, go on with --resume; --overwrite begins again and replaces it.',
  )
}

export function workedOn(file: string, process: number | undefined): CliError {
  return refuse(
    `“${file}” is being worked on by another batch, process ${process}.`,
    'Wait for its end, or give --out another name.',
  )
}

export function unfinished(file: string): CliError {
  return refuse(
    `“${file}” holds an unfinished batch.`,
    'Go on with --resume, or begin again with --overwrite.',
  )
}

export function foreign(file: string, why: string): CliError {
  return refuse(`“${file}” is no result of a batch to go on with: ${why}.`, nameOrOverwrite)
}

export function noLine(file: string, number: number): CliError {
  if (number === 1) return foreign(file, 'its first line is no line of results')
  return refuse(
    `Line ${number} of “${file}” is no line of results.`,
    `Take it out: a row that has no line is run again. Or begin again with --overwrite.`,
  )
}

export function otherWorkflow(file: string): CliError {
  return refuse(`“${file}” was begun with another workflow or other targets.`, nameOrOverwrite)
}

export function otherColumns(file: string, what: string): CliError {
  return refuse(`“${file}” was begun with ${what}.`, `Give the same again. ${nameOrOverwrite}`)
}

export function tooFewRows(file: string, row: number, count: number): CliError {
  return refuse(
    `“${file}” has a line for row ${row}, but the table has only ${count} rows now.`,
    'Put back the rows that were taken out. Rows may be added at the end.',
  )
}

export function refuse(message: string, hint?: string): CliError {
  return new CliError([{ code: 'write-failed', message, ...(hint !== undefined && { hint }) }])
}
