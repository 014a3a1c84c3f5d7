import { describe, expect, test } from 'vitest'
import { ReadError } from './read-error.ts'
import { readTable, type TableOptions, type TableRow } from './read-table.ts'

async function read(text: string, options: TableOptions = {}): Promise<TableRow[]> {
  const rows: TableRow[] = []
  for await (const row of (await readTable(text, options)).rows) rows.push(row)
  return rows
}

async function values(text: string, options: TableOptions = {}): Promise<unknown> {
  return (await read(text, options)).map((row) => row.values)
}

async function refusal(text: string, options: TableOptions = {}): Promise<unknown> {
  try {
    return await values(text, options)
  } catch (error) {
    return error instanceof ReadError ? { problem: error.problem, ...error.place } : error
  }
}

describe('the delimiter', () => {
  test.each<[string, string]>([
    ['of commas', 'a,b;c\n1,2\n'],
    ['of semicolons', 'a;"b,,c"\n1;2\n'],
    ['of tabs', 'a\tb, c\n1\t2\n'],
    ['that Excel announces', 'sep=|\na|b,;c\n1|2\n'],
    ['that Excel announces in quotes', '"sep=;"\r\na;b,,c\r\n1;2\r\n'],
    ['that the next row has as many of', 'a;b, c\n1;2\n'],
    ['beside a stray quote', '5" pipe;b\n1;2\n'],
    ['where the header has line breaks', '"a\n,,,";b\n1;2\n'],
    ['of an old Mac', 'a;b\r1;2\r'],
  ])('%s is found in the header', async (_, text) => {
    expect((await read(text)).map((row) => Object.values(row.values))).toEqual([['1', '2']])
  })

  test('is the comma where the header has none, whatever rows have', async () => {
    for (const row of ['Ada', 'Ada,', 'Ada,""', 'Ada,,'])
      expect(await values(`who\n${row}\n`)).toEqual([{ who: 'Ada' }])
    expect(await values('who\nAda; Bob\tCid\n')).toEqual([{ who: 'Ada; Bob\tCid' }])
    expect(await refusal('who\nAda, Bob\n')).toEqual({ problem: 'too-many-fields', row: 0, line: 2 })
    expect((await readTable('who\n1,5\n')).delimiter).toBe(',')
  })

  test('is what somebody says', async () => {
    expect(await values('a,b;c\n1,2;3\n', { delimiter: 'semicolon' })).toEqual([{ 'a,b': '1,2', c: '3' }])
    expect(await values('a|b\n1|2\n', { delimiter: '|' })).toEqual([{ a: '1', b: '2' }])
    expect(await values('a¦b\n1¦"¦"\n', { delimiter: '¦' })).toEqual([{ a: '1', b: '¦' }])
    expect(await refusal('a', { delimiter: 'ab' })).toEqual({ problem: 'bad-delimiter' })
    expect(await refusal('a', { delimiter: '"' })).toEqual({ problem: 'bad-delimiter' })
  })

  test('of a .tsv file is the tab', async () => {
    expect(await values('a,b\n1,2\n', { name: 'x.TSV' })).toEqual([{ 'a,b': '1,2' }])
  })
})

describe('the header', () => {
  test('is read without spaces around names', async () => {
    expect(await values(' a , "b" \n1,2\n')).toEqual([{ a: '1', b: '2' }])
  })

  test('may have columns without names and values', async () => {
    expect(await values('a,,\n1,,\n2\n3,"",\n')).toEqual([{ a: '1' }, { a: '2' }, { a: '3' }])
    const table = await readTable('a,,\n')
    expect(table.columns).toEqual(['a'])
  })

  test.each<[string, string, object]>([
    [
      'a column without a name that has values',
      'a,\n1,\n2,x\n',
      { problem: 'column-unnamed', row: 1, line: 3 },
    ],
    ['two columns of one name', 'a, a\n', { problem: 'column-twice', line: 1 }],
    ['a row with more fields', 'a,b\n1,2\n"x\ny",2,3\n', { problem: 'too-many-fields', row: 1, line: 3 }],
    ['UTF-16 without a mark', 'a\0,\0b\0\n', { problem: 'wrong-encoding', line: 1 }],
    ['half a character', 'a\n\ud800\n', { problem: 'wrong-encoding' }],
  ])('%s is refused', async (_, text, problem) => {
    expect(await refusal(text)).toEqual(problem)
  })

  test('may have columns without a name that somebody wants left out', async () => {
    expect(await values(',a\n0,1\n', { dropUnnamed: true })).toEqual([{ a: '1' }])
  })
})

test('an empty field is not given, a pair of quotes is an empty text', async () => {
  expect(await values('a,b,c\n1,,""\n2\n')).toEqual([{ a: '1', c: '' }, { a: '2' }])
})

test('a row knows its number, its line and which fields were in quotes', async () => {
  expect(await read('sep=;\na;b\n\n"1\n2";3\n4;5\n')).toEqual([
    { number: 0, line: 4, values: { a: '1\n2', b: '3' }, quoted: new Set(['a']) },
    { number: 1, line: 6, values: { a: '4', b: '5' }, quoted: new Set() },
  ])
})

describe('JSONL', () => {
  test('with half a character, or in UTF-16 that does not say so, is refused with its line', async () => {
    const place = { problem: 'wrong-encoding', row: 1, line: 2 }
    for (const half of ['\\ud83d', '\\uDE00', 'a\\\\\\ud83d'])
      expect(await refusal(`{"a":1}\n{"a":["${half}"]}\n`, { format: 'jsonl' })).toEqual(place)
    expect(await values('{"a":"\\ud83d\\ude00 \\\\ud83d"}', { format: 'jsonl' })).toEqual([
      { a: '😀 \\ud83d' },
    ])
    expect(await refusal('{\0"\0a\0', { format: 'jsonl' })).toMatchObject({
      problem: 'wrong-encoding',
      line: 1,
    })
  })

  test('is known by name or content, has empty lines, and may have a byte-order mark', async () => {
    const rows = [{ a: 1 }, { a: ['x'] }]
    const text = '{"a":1}\r\n\n {"a":["x"]}'
    expect(await values(text)).toEqual(rows)
    expect(await values(`\uFEFF${text}`, { name: 'x.jsonl' })).toEqual(rows)
  })

  test.each<[string, object]>([
    ['{"a":1}\n\n[1]\n', { problem: 'no-object', row: 1, line: 3 }],
    ['{"a":1}\n{oops}\n', { problem: 'no-object', row: 1, line: 2 }],
  ])('refuses %j', async (text, problem) => {
    expect(await refusal(text)).toEqual(problem)
  })

  test('keeps digits that a number would lose, as text', async () => {
    expect(
      await values(
        '{"a":12345678901234567890,"b":"\\"12345678901234567891","c":[1e400,-9007199254740993],"d":1.5e300}',
      ),
    ).toEqual([
      {
        a: '12345678901234567890',
        b: '"12345678901234567891',
        c: ['1e400', '-9007199254740993'],
        d: 1.5e300,
      },
    ])
    expect(await values('{"a":9007199254740991,"b":0.1234567890123456}')).toEqual([
      { a: 9007199254740991, b: 0.1234567890123456 },
    ])
  })
})

test('a table without anything in it has no rows', async () => {
  expect([await values(''), await values('\n\n'), await values('a,b\n')]).toEqual([[], [], []])
})
