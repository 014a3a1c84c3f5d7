import { expect, test } from 'vitest'
import { runNode } from '../testing/run-node.ts'

const extract = (inputs: Record<string, unknown>): Promise<unknown> => runNode('text/regex-extract', inputs)
const text = 'Ann is 7. Ben is 12.'

test('without a group asked for it is the first group, or else the whole match', async () => {
  expect(await extract({ text, pattern: '\\w+ is (\\d+)' })).toEqual({
    text: '7',
    list: ['7', '12'],
    groups: {},
    found: true,
  })
  expect(await extract({ text, pattern: '\\d+' })).toMatchObject({ text: '7', list: ['7', '12'] })
})

test('groups are taken by number or by name', async () => {
  const pattern = '(?<name>\\w+) is (?<age>\\d+)'
  expect(await extract({ text, pattern, group: 'age' })).toEqual({
    text: '7',
    list: ['7', '12'],
    groups: { name: 'Ann', age: '7' },
    found: true,
  })
  expect(await extract({ text, pattern, group: '0' })).toMatchObject({ text: 'Ann is 7' })
  expect(await extract({ text, pattern, group: 'size' })).toMatchObject({
    code: 'invalid-input',
    input: 'group',
    hint: 'It has 2 groups, among them “name”, “age”.',
  })
})

test('where nothing is found the cell fails, unless it is told what to give', async () => {
  expect(await extract({ text, pattern: 'x+' })).toMatchObject({ code: 'node-failed', input: 'text' })
  expect(await extract({ text, pattern: 'x+', otherwise: '?' })).toEqual({
    text: '?',
    list: [],
    groups: {},
    found: false,
  })
})
