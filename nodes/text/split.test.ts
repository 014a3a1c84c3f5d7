import { expect, test } from 'vitest'
import { runNode } from '../testing/run-node.ts'

const split = (text: string, more: Record<string, unknown> = {}): Promise<unknown> =>
  runNode('text/split', { text, ...more })

test.each<[string, string, string[]]>([
  ['lines', ' one\r\n\ntwo ', ['one', 'two']],
  ['paragraphs', 'a\nb\n \n\nc', ['a\nb', 'c']],
  ['sentences', 'It rains. Does it? Yes!', ['It rains.', 'Does it?', 'Yes!']],
  ['words', 'It’s 3 o’clock, 日本語!', ['It’s', '3', 'o’clock', '日本語']],
])('by %s', async (by, text, list) => {
  expect(await split(text, { by })).toEqual({ list, count: list.length })
})

test('by a separator, keeping spaces and empty parts where asked', async () => {
  const inputs = { by: 'separator', separator: ';', trim: false, skipEmpty: false }
  expect(await split('a; b;;', inputs)).toEqual({ list: ['a', ' b', '', ''], count: 4 })
})

test('an empty separator is refused', async () => {
  expect(await split('ab', { by: 'separator', separator: '' })).toMatchObject({
    code: 'invalid-input',
    input: 'separator',
  })
})
