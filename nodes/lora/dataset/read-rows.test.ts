import { expect, test } from 'vitest'
import { rowsOfText } from './read-rows.ts'

const valuesOf = async (text: string, fileName = ''): Promise<unknown[]> =>
  (await rowsOfText(text, 'file', fileName)).map(({ value }) => value)

test('JSONL in a file that is named .json is read line by line', async () => {
  const rows = [
    { prompt: 'Sea?', completion: 'Blue.' },
    { prompt: 'Sky?', completion: 'Grey.' },
  ]
  expect(await valuesOf(rows.map((row) => JSON.stringify(row)).join('\n'), 'train.json')).toEqual(rows)
})

test('a JSON list may be of texts, and of conversations', async () => {
  const turns = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Hello' },
  ]
  for (const list of [
    ['One.', 'Two words.'],
    [turns, turns],
  ])
    expect(await valuesOf(JSON.stringify(list, null, 2))).toEqual(list)
})

test('a file named .json that is neither a list nor JSONL is refused', async () => {
  await expect(rowsOfText('{\n  "prompt": "Sea?"\n}', 'file', 'train.json')).rejects.toMatchObject({
    code: 'invalid-input',
    input: 'file',
  })
})

test('lines that begin with a bracket stay lines', async () => {
  expect(await valuesOf('[Chorus]\nHey, hey')).toEqual(['[Chorus]', 'Hey, hey'])
})
