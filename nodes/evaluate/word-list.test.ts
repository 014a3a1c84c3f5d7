import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { runNode } from '../testing/run-node.ts'

const lists = { sea: ['wave', 'ship'], space: { words: ['star', 'ship'], color: 'black' } }
const score = (text: string, more: Record<string, unknown> = {}): Promise<unknown> =>
  runNode('evaluate/word-list', { text, lists, ...more })

test('the list most of whose words occur leads', async () => {
  expect(await score('Star after star; a wave. Starship!')).toEqual({
    best: 'space',
    boolean: true,
    score: 2 / 3,
    counts: { sea: 1, space: 2 },
  })
})

test('a list can be asked for', async () => {
  expect(await score('Star after star; a wave.', { list: 'sea' })).toMatchObject({
    best: 'space',
    boolean: false,
    score: 1 / 3,
  })
  expect(await score('x', { list: 'food' })).toMatchObject({
    code: 'invalid-input',
    input: 'list',
    hint: 'There are: sea, space.',
  })
})

test('a text without any of the words leads nowhere', async () => {
  expect(await score('Nothing.')).toEqual({
    best: '',
    boolean: false,
    score: 0,
    counts: { sea: 0, space: 0 },
  })
})

test('the word lists of the demo model are taken as they are', async () => {
  const path = new URL('../../models/demo/words.json', import.meta.url)
  const { topics } = JSON.parse(readFileSync(path, 'utf8')) as { topics: unknown }
  expect(await score('The fox hid an acorn in the meadow.', { lists: topics })).toMatchObject({
    best: 'animals',
    score: 1,
  })
})
