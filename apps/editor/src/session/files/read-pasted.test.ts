import { expect, test } from 'vitest'
import { readPasted } from './read-pasted.ts'

const node = { type: 'text/text', inputs: { text: 'a { brace' } }
const json = JSON.stringify(
  { format: 'woolgather', version: 1, name: 'One', nodes: { words: node } },
  null,
  2,
)
const namesIn = (text: string): string[] => Object.keys(readPasted(text).workflow?.nodes ?? {})

test('A workflow is found alone, in a fence and after a sentence', () => {
  for (const text of [
    json,
    `\ufeff  ${json}\n`.trim(),
    '```json\n' + json + '\n```',
    'Try this [1]:\n\n```\n' + json + '\n```\nIt {works}.',
    `Here it is: ${json} Have fun.`,
  ])
    expect([text, namesIn(text)]).toEqual([text, ['words']])
})

test('One node, a list of nodes and nodes by their ids are taken', () => {
  expect(namesIn(JSON.stringify(node))).toEqual(['node-1'])
  expect(namesIn(JSON.stringify([node, { id: 'second', ...node }]))).toEqual(['node-1', 'second'])
  expect(namesIn(JSON.stringify({ first: node, second: node }))).toEqual(['first', 'second'])
  expect(namesIn(JSON.stringify({ nodes: [node] }))).toEqual(['node-1'])
})

test('Of anything else it is said what is wrong', () => {
  expect(readPasted('just words').problem).toBe('there is no JSON in it.')
  expect(readPasted('{ "format": "wool').problem).toMatch(/JSON/)
  expect(readPasted('[1, 2]').problem).toBeTruthy()
  expect(
    readPasted(JSON.stringify({ nodes: [{ id: 1, type: 'KSampler' }], links: [], last_node_id: 1 })).problem,
  ).toBeTruthy()
})
