import { parseCsv, WoolgatherError, type Json } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services.ts'

type Row = Record<string, Json>

export const rows: WoolgatherNode = defineNode({
  type: 'matrix/rows',
  version: 1,
  title: 'Rows',
  description: 'The rows of a CSV, TSV or JSONL file as one axis, with an output for each column.',
  inputs: {
    file: {
      type: 'file',
      description: 'The file; or leave it empty and paste the rows.',
      schema: z.string().default(''),
      widget: 'file',
    },
    text: {
      type: 'text',
      description: 'The rows themselves.',
      schema: z.string().default(''),
      widget: 'textarea',
    },
    format: {
      type: 'text',
      description: 'How rows are written; auto goes by the name of the file, else by the first line.',
      schema: z.enum(['auto', 'csv', 'tsv', 'jsonl']).default('auto'),
      advanced: true,
    },
    label: {
      type: 'text',
      description: 'Heading in grids and charts.',
      schema: z.string().default(''),
      advanced: true,
    },
  },
  outputs: { row: { type: 'json', description: 'One row, as an object.', spreads: true } },
  dynamicOutputs: { kind: 'open', type: 'any', spreads: true },
  // the file may change while its name stays
  fingerprint: ({ file }, { files }) => (file === '' ? null : files.readInput(file)),
  run: async ({ file, text, format }, { services }) => {
    const source = file === '' ? text : await services.files.readInput(file)
    const found = readRows(source, format === 'auto' ? formatOf(file, source) : format)
    if (found.length === 0)
      throw refuse('There are no rows.', 'The first line of CSV names the columns; rows follow.')
    const columns = [...new Set(found.flatMap((row) => Object.keys(row)))]
    const outputs: Record<string, Json> & { row: Json } = { row: found }
    for (const column of columns) {
      if (column !== 'row') outputs[column] = found.map((row) => row[column] ?? null)
    }
    return outputs
  },
})

function formatOf(file: string, text: string): 'csv' | 'tsv' | 'jsonl' {
  if (/\.(jsonl|ndjson)$/i.test(file)) return 'jsonl'
  if (/\.tsv$/i.test(file)) return 'tsv'
  const line = text.trimStart().split('\n', 1)[0] ?? ''
  if (line.startsWith('{')) return 'jsonl'
  return line.includes('\t') && !line.includes(',') ? 'tsv' : 'csv'
}

function readRows(text: string, format: 'csv' | 'tsv' | 'jsonl'): Row[] {
  if (format === 'jsonl') return readJsonLines(text)
  const [header = [], ...lines] = parseCsv(text, format === 'tsv' ? '\t' : ',')
  const names = header.map((name) => name.trim())
  const doubled = names.find((name, i) => names.indexOf(name) !== i)
  if (doubled !== undefined) throw refuse(`Two columns are called “${doubled}”.`, 'Rename one of them.')
  const numeric = names.map((_, i) => lines.every((line) => isNumber(line[i] ?? '')))
  return lines.map((line) =>
    Object.fromEntries(
      names.map((name, i) => [name, numeric[i] === true ? Number(line[i]) : (line[i] ?? '')]),
    ),
  )
}

/** A column is of numbers only where every field is: one text in it makes all of them text. */
function isNumber(field: string): boolean {
  return field.trim() !== '' && Number.isFinite(Number(field))
}

function readJsonLines(text: string): Row[] {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return []
    const value = parseLine(line, i + 1)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return [value]
    throw refuse(`Line ${i + 1} is not a JSON object.`, 'Each line of JSONL is one object.')
  })
}

function parseLine(line: string, number: number): Json {
  try {
    return JSON.parse(line) as Json
  } catch {
    throw refuse(`Line ${number} is not JSON.`, 'Each line of JSONL is one object.')
  }
}

function refuse(message: string, hint: string): WoolgatherError {
  return new WoolgatherError('invalid-input', message, { input: 'text', hint })
}
