import { createHash } from 'node:crypto'
import { ReadError, readTable } from '@woolgather/tables'
import { valueTypes, WoolgatherError, type Json } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type Files, type WoolgatherNode } from '../services/services.ts'
import { convertRows, type RowsTable } from './convert-rows.ts'

export const rows: WoolgatherNode = defineNode({
  type: 'matrix/rows',
  version: 2,
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
    type: {
      type: 'text',
      description:
        'How the fields of CSV are read. Auto: as numbers where every field of a column prints the same as a number and none is in quotes, else as text.',
      schema: z.enum(valueTypes).default('auto'),
      advanced: true,
    },
    delimiter: {
      type: 'text',
      description:
        'What stands between columns: a character, tab, semicolon or pipe. Empty: found in the header.',
      schema: z.string().max(20).default(''),
      advanced: true,
    },
    encoding: {
      type: 'text',
      description:
        'Of a file that is neither UTF-8 nor begins with a byte-order mark: windows-1252, shift_jis, …',
      schema: z.string().max(40).default(''),
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
  fingerprint: async ({ file }, { files }) => (file === '' ? null : hashOf(await files.readInputBytes(file))),
  run: async (inputs, { services }) => {
    const table = await readRows(inputs, services.files)
    const found = convertRows(table, inputs.type)
    if (found.length === 0)
      throw new WoolgatherError('invalid-input', 'There are no rows.', {
        input: inputs.file === '' ? 'text' : 'file',
        hint: 'The first line of CSV names the columns; rows follow.',
      })
    const columns = table.columns ?? [...new Set(found.flatMap((row) => Object.keys(row)))]
    const outputs = columns
      .filter((column) => column !== 'row')
      .map((column) => [column, found.map((row) => valueIn(row, column))] as const)
    return { ...Object.fromEntries(outputs), row: found }
  },
})

function valueIn(row: Readonly<Record<string, Json>>, column: string): Json {
  return Object.hasOwn(row, column) ? (row[column] ?? null) : null
}

interface RowsInputs {
  file: string
  text: string
  format: 'auto' | 'csv' | 'tsv' | 'jsonl'
  delimiter: string
  encoding: string
}

/** @throws WoolgatherError invalid-input, naming the input that is wrong */
async function readRows(inputs: RowsInputs, files: Files): Promise<RowsTable> {
  const { file, text, format, delimiter, encoding } = inputs
  const source = file === '' ? text : inPieces(await files.readInputBytes(file))
  try {
    const table = await readTable(source, {
      name: file,
      format: format === 'auto' ? undefined : format,
      delimiter: delimiter === '' ? undefined : delimiter,
      encoding: encoding === '' ? undefined : encoding,
    })
    const all: RowsTable['rows'] = []
    for await (const row of table.rows) all.push(row)
    return { ...table, rows: all }
  } catch (error) {
    if (error instanceof ReadError) throw refuse(error, file)
    throw error
  }
}

/** Not whole, so that its bytes and its text are not in memory several times. */
async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const length = 1_048_576
  for (let start = 0; start < bytes.length; start += length) yield bytes.subarray(start, start + length)
}

function refuse({ problem, message, hint }: ReadError, file: string): WoolgatherError {
  const wrong = { 'unknown-encoding': 'encoding', 'bad-delimiter': 'delimiter' }
  const input = Object.hasOwn(wrong, problem) ? wrong[problem as keyof typeof wrong] : undefined
  const [source, about] = file === '' ? ['text', ''] : ['file', `“${file}”: `]
  return new WoolgatherError('invalid-input', input === undefined ? about + message : message, {
    input: input ?? source,
    hint,
  })
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
