import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createScratch, root } from './scratch.ts'

/** Full: every line; else those that are quickly told. */
const isFull = process.env['WOOLGATHER_TEST_FULL'] === '1'
const few = ['02', '04', '15', '19']

const run = promisify(execFile)

/** What `npm run test:real` runs, on a file: its exit code and its table. */
async function testModel(
  model: string,
  more: readonly string[],
): Promise<{ code: number; lines: { line: string; outcome: string; told: string }[] }> {
  await using scratch = await createScratch()
  const args = ['tools/test-real/main.mjs', '--model', model, '--json', scratch.path('table.json'), ...more]
  const ended = run(process.execPath, args, { cwd: root })
  const code = await ended.then(
    () => 0,
    ({ code: exit }: { code: number }) => exit,
  )
  const { lines } = (await scratch.readJson('table.json')) as {
    lines: { line: string; outcome: string; told: string }[]
  }
  return { code, lines }
}

test('the shipped model passes what real models are put through', async () => {
  const lines = isFull ? [] : ['--lines', few.join()]
  const tested = await testModel('models/demo/storyteller.gguf', [
    '--lora',
    'models/demo/pirate.lora.gguf',
    ...lines,
  ])
  expect(tested.lines.filter(({ outcome }) => outcome !== 'works')).toEqual([])
  expect(tested.code).toBe(0)
  expect(tested.lines).toHaveLength(isFull ? 19 : few.length)
})
