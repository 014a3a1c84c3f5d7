import { expect, test } from 'vitest'
import { runNode } from '../testing/run-node.ts'

const parse = (text: string, more: Record<string, unknown> = {}): Promise<unknown> =>
  runNode('text/parse-number', { text, ...more })

test.each<[string, number[]]>([
  ['The answer is 1,234.5 kg.', [1234.5]],
  ['7', [7]],
  ['-3, +.5 and −2', [-3, 0.5, -2]],
  ['1,2345 or 1,234,567', [1, 2345, 1234567]],
  ['pages 3-4', [3, 4]],
  ['6.02e23!', [6.02e23]],
  ['3.14.15', [3.14, 15]],
])('“%s” holds %j', async (text, list) => {
  expect(await parse(text)).toEqual({ number: list[0], list })
})

test('the last one, and numbers with a decimal comma', async () => {
  expect(await parse('1 then 2', { which: 'last' })).toMatchObject({ number: 2 })
  expect(await parse('1.234,5 kg', { notation: '1.234,5' })).toEqual({ number: 1234.5, list: [1234.5] })
})

test('where there is none the cell fails, unless it is told what to give', async () => {
  expect(await parse('none')).toMatchObject({
    code: 'node-failed',
    input: 'text',
    message: 'There is no number in “none”.',
  })
  expect(await parse('none', { otherwise: 0 })).toEqual({ number: 0, list: [] })
})

test('a long run of digits and commas takes no time', async () => {
  const long = '1' + ',234'.repeat(50_000) + '5'
  await expect(() => parse(long, { otherwise: 0 })).toCostAtMost(50)
})
