import { expect, test } from 'vitest'
import { runNode } from '../testing/run-node.ts'

const json = {
  people: [
    { name: 'Ann', age: 7 },
    { name: 'Ben', age: 12 },
  ],
}
const select = (path: string, more: Record<string, unknown> = {}): Promise<unknown> =>
  runNode('text/json-path', { json, path, ...more })

test.each<[string, unknown[]]>([
  ['$.people[0].name', ['Ann']],
  ['$..age', [7, 12]],
  ['$.people[?@.age > 7].name', ['Ben']],
  ['$.people[?match(@.name, "A.*")].age', [7]],
  ['$.people[?search(@.name, "e")].age', [12]],
])('%s', async (path, list) => {
  expect(await select(path)).toEqual({ value: list[0], list, found: true })
})

test('text that holds JSON is read, in a code block too', async () => {
  const text = '```json\n{"a": [1, 2]}\n```'
  expect(await select('$.a[-1]', { json: text })).toEqual({ value: 2, list: [2], found: true })
  expect(await select('$', { json: '{oops}' })).toMatchObject({ code: 'invalid-input', input: 'json' })
})

test('a path that leads nowhere fails, unless it is told what to give', async () => {
  expect(await select('$.none')).toMatchObject({ code: 'node-failed', message: 'Nothing stands at $.none.' })
  expect(await select('$.none', { otherwise: null })).toEqual({ value: null, list: [], found: false })
})

test('a wrong path says where, and so does a pattern inside it', async () => {
  expect(await select('people')).toMatchObject({
    code: 'invalid-input',
    input: 'path',
    message: "The path is wrong at character 1: expected '$', found 'p'.",
  })
  expect(await select('$.people[?search(@.name, "a(?=b)")]')).toMatchObject({
    code: 'invalid-input',
    input: 'path',
    message: 'The pattern is wrong at character 2, “(?=”: look-around is not known here.',
  })
})
