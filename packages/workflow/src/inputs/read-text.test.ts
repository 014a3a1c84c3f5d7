import { describe, expect, test } from 'vitest'
import type { Json } from '../json/json.ts'
import type { PortType } from '../types/ports.ts'
import { readText, type ReadTextOptions } from './read-text.ts'

function value(type: PortType, text: string, options?: ReadTextOptions): Json | undefined {
  const read = readText(type, text, options)
  return read.problem === undefined ? read.value : undefined
}

const looksLikeMore = ['2024', '007', 'true', 'null', '', ' x ', '"Quoted"', '[1, 2]', '{"a":1}']

test.each<PortType>(['text', 'file', 'any', 'mix'])('an input of type %s gets text unchanged', (type) => {
  expect(looksLikeMore.map((text) => value(type, text))).toEqual(looksLikeMore)
})

test('an input of messages gets text as one user turn, and a conversation as it is', () => {
  for (const text of looksLikeMore) expect(value('messages', text)).toEqual([{ role: 'user', content: text }])
  expect(value('messages', '[{"role":"system","content":"x"}]')).toEqual([{ role: 'system', content: 'x' }])
})

describe('numbers are read as spreadsheets write them', () => {
  test.each<[string, number]>([
    ['1', 1],
    ['.5', 0.5],
    ['5.', 5],
    ['007', 7],
    ['+3', 3],
    ['-0.25', -0.25],
    [' 7\u00A0', 7],
    ['1e3', 1_000],
    ['1,234.5', 1_234.5],
    ['1,234', 1_234],
    ['-1,234,567', -1_234_567],
    ['1.234,5', 1_234.5],
    ['1.234.567', 1_234_567],
    ['1.234', 1.234],
    ['1 234', 1_234],
    ['1\u00A0234,5', 1_234.5],
    ['12\u202F345\u202F678', 12_345_678],
    ["1'234.5", 1_234.5],
    ['\u22125', -5],
    ['100000000000000000000', 1e20],
  ])('%j is %d', (text, number) => {
    expect(value('number', text)).toBe(number)
  })

  test('with a decimal comma only where that is known', () => {
    for (const text of ['1,5', '0,125', '-12,25', ',5', '1,2345']) {
      expect(value('number', text)).toBeUndefined()
      expect(value('number', text, { decimalComma: true })).toBe(Number(text.replace(',', '.')))
    }
    // a group, or decimals
    expect(value('number', '1,234', { decimalComma: true })).toBeUndefined()
    expect(value('number', '1,234.5', { decimalComma: true })).toBe(1_234.5)
  })

  test.each([
    '',
    ' ',
    'many',
    '12,34.5',
    '1,2,3',
    '1.2.3',
    '0,123,456',
    '1 23',
    '030 1234567',
    '+49 30 1234',
    '5%',
    '0x10',
    '1_000',
    'Infinity',
    'NaN',
  ])('%j is none, or may be two', (text) => {
    expect(value('number', text)).toBeUndefined()
  })

  test.each(['12345678901234567890', '9007199254740993', '1e400'])('%s would not stay what it is', (text) => {
    expect(readText('number', text).problem).toContain('more digits')
    expect(value('integer', text)).toBeUndefined()
  })

  test('whole numbers where they have to be', () => {
    expect(['7.0', '1e3', '1,234,567'].map((text) => value('integer', text))).toEqual([7, 1_000, 1_234_567])
    expect(readText('integer', '7.5')).toEqual({ problem: 'must be a whole number, is "7.5"' })
  })

  test('and what is wrong says what to write', () => {
    expect(readText('number', '1,23')).toEqual({
      problem: 'must be a number, is "1,23"',
      hint: 'Write it with a point before decimals and without groups, such as 1234.5.',
    })
    expect(readText('number', '5 %')).toMatchObject({ hint: 'Write 0.05 for 5%.' })
  })
})

test('booleans are read as spreadsheets write them', () => {
  const yes = ['true', 'TRUE', ' True', 'yes', 'Y', 'on', '1', '1.0']
  const no = ['false', 'FALSE', 'no', 'N', 'off', '0', '0.0']
  expect(yes.map((text) => value('boolean', text))).toEqual(yes.map(() => true))
  expect(no.map((text) => value('boolean', text))).toEqual(no.map(() => false))
  for (const text of ['', '2', 'maybe', 'null', '[true]', 'toString'])
    expect(value('boolean', text)).toBeUndefined()
})

test('lists and JSON are JSON', () => {
  expect(value('list', ' ["a", 1] ')).toEqual(['a', 1])
  expect(value('list', 'a, 1')).toBeUndefined()
  expect(value('json', '{"a":[1]}')).toEqual({ a: [1] })
  expect(value('json', 'TRUE')).toBe(true)
  expect(value('json', '{')).toBeUndefined()
})
