import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvField } from './csv-field.ts'
import { parseCsvRecords, readCsvRecords, type CsvRecord, type Dialect } from './csv-records.ts'
import { ReadError } from './read-error.ts'

async function* pieces(text: string, length: number): AsyncGenerator<string> {
  const characters = [...text]
  for (let i = 0; i < characters.length; i += length) yield characters.slice(i, i + length).join('')
}

async function inPieces(text: string, length: number): Promise<CsvRecord[] | ReadError> {
  const records: CsvRecord[] = []
  try {
    for await (const record of readCsvRecords(pieces(text, length))) records.push(record)
    return records
  } catch (error) {
    if (error instanceof ReadError) return error
    throw error
  }
}

function fieldsOf(text: string, dialect?: Partial<Dialect>): string[][] {
  return parseCsvRecords(text, dialect).map(({ fields }) => fields.map((field) => field.text))
}

function refusal(text: string, dialect?: Partial<Dialect>): unknown {
  try {
    return fieldsOf(text, dialect)
  } catch (error) {
    return error instanceof ReadError ? [error.problem, error.place.line] : error
  }
}

describe('a row of CSV', () => {
  test.each<[string, string, string[][]]>([
    ['without quotes keeps its spaces', ' a , b\t,c \n', [[' a ', ' b\t', 'c ']]],
    ['has delimiters, line breaks and doubled quotes in quotes', '"a,""b""\r\nc",d', [['a,"b"\r\nc', 'd']]],
    ['may have spaces around quotes', '1, "sea, sky" ,2\n', [['1', 'sea, sky', '2']]],
    [
      'keeps quotes in a field that does not begin with one',
      '5" pipe,say "hi",a""b\n',
      [['5" pipe', 'say "hi"', 'a""b']],
    ],
    ['may end without a line break', 'a\nb', [['a'], ['b']]],
    ['is a pair of quotes, but no empty line', '""\n\n\r\n""', [[''], ['']]],
    ['is a line of spaces', 'a\n   \n', [['a'], ['   ']]],
    [
      'has empty fields',
      ',\n,,\n"",\n',
      [
        ['', ''],
        ['', '', ''],
        ['', ''],
      ],
    ],
    ['keeps a carriage return inside a line', 'a\rb,c\n', [['a\rb', 'c']]],
    ['keeps zero bytes', 'a\0b,"\0"\n', [['a\0b', '\0']]],
    ['is of quotes alone', '"""","""a"""\n', [['"', '"a"']]],
  ])('%s', (_, text, rows) => {
    expect(fieldsOf(text)).toEqual(rows)
  })

  test('of an old Mac ends with a carriage return', () => {
    expect(fieldsOf('a\r"b\rc"\rd', { lineEnd: 'carriage-return' })).toEqual([['a'], ['b\rc'], ['d']])
  })

  test('knows its line, its bytes, and whether it is whole', () => {
    expect(parseCsvRecords('ä,"1\n2"\r\n\nb\nc').map(({ line, end, whole }) => [line, end, whole])).toEqual([
      [1, 10, true],
      [4, 13, true],
      [5, 14, false],
    ])
  })

  test('may be the only one that is read of a text that ends anywhere', () => {
    expect(parseCsvRecords('a,b\n1,2\n3,"4', { most: 2 })).toHaveLength(2)
  })
})

describe('quotes that do not match are refused with the line where they open', () => {
  test.each<[string, number]>([
    ['who\n"She said "hello" to me"\n"fine"\n', 2],
    ['who\n"Ada\n"Bob"\n', 2],
    ['who\nAda\n"Bob\nCarl\n', 3],
    ['a,b\n"1\n2","x" y\n', 3],
    ['a\n"b"c\n', 2],
    ['a\n"b" "c"\n', 2],
    ['a\n"" "c"\n', 2],
    ['a\n"b"\0\n', 2],
    ['a\r\n"b\r\nc', 2],
    ['a\n\n"b', 3],
    ['a\n"', 2],
  ])('%j: line %i', (text, line) => {
    expect(refusal(text)).toEqual(['bad-quotes', line])
  })
})

test('a quote that swallows a long file is refused before memory is full', () => {
  expect(refusal(`a\nb\n"${'x'.repeat(102)}`, { longest: 100 })).toEqual(['row-too-long', 3])
  expect(refusal(`a\n${','.repeat(102)}\n`, { longest: 100 })).toEqual(['row-too-long', 2])
  expect(refusal(`a\n${'x'.repeat(100)}\n`, { longest: 100 })).toEqual([['a'], ['x'.repeat(100)]])
})

const hostile = fc
  .array(fc.oneof(fc.constantFrom('"', '""', ',', '\n', '\r\n', '\r', ' ', '\0', 'ä', '😀'), fc.string()), {
    maxLength: 8,
  })
  .map((parts) => parts.join(''))

test('what is written as CSV is read as it was, in pieces of any length', async () => {
  const table = fc.array(fc.array(hostile, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(table, fc.integer({ min: 1, max: 9 }), async (rows, length) => {
      const text = rows.map((row) => `${row.map(csvField).join(',')}\n`).join('')
      const read = await inPieces(text, length)
      expect(read instanceof ReadError ? read : read.map(({ fields }) => fields.map((f) => f.text))).toEqual(
        rows,
      )
    }),
    { seed: 1, numRuns: 300 },
  )
})

test('any text is read alike at once and in pieces, and no character of it is lost', async () => {
  await fc.assert(
    fc.asyncProperty(hostile, fc.integer({ min: 1, max: 5 }), async (text, length) => {
      const read = await inPieces(text, length)
      if (read instanceof ReadError) {
        expect(refusal(text)).toEqual([read.problem, read.place.line])
        return
      }
      expect(parseCsvRecords(text)).toEqual(read)
      const again = read.flatMap(({ fields }) => fields.map((field) => field.text)).join('')
      expect(again.replaceAll(/[\s",]/g, '')).toBe(text.replaceAll(/[\s",]/g, ''))
    }),
    { seed: 2, numRuns: 1_000 },
  )
})
