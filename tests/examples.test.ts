import { readdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exampleGroups } from '../apps/server/src/workflows/examples.ts'
import { woolgather } from './cli.ts'
import { root } from './scratch.ts'
import { effects } from './effects.ts'
import { serve } from './server.ts'

type Effect = NonNullable<(typeof effects)[string]>

const examples = readdirSync(path.join(root, 'workflows')).filter((file) => file.endsWith('.json'))

test('each example has its place among the others, a sentence and a picture of what it makes', () => {
  const shown = exampleGroups.flatMap((group) => Object.keys(group.examples))
  expect(shown.toSorted()).toEqual(examples.map((file) => path.basename(file, '.json')).toSorted())
  const pictures = readdirSync(path.join(root, 'apps/editor/public/examples'))
  expect(pictures.toSorted()).toEqual(shown.map((id) => `${id}.webp`).toSorted())
})

/** tests/demo-workflow.test.ts looks at this one closely. */
const shownElsewhere = 'first-story.json'

let server: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  server = await serve({ command: true })
})
afterAll(() => server?.[Symbol.asyncDispose]())

test.each(examples)('the example %s validates, completes and does what it is there to show', async (file) => {
  const { scratch, there } = server
  const result = [...there, '--out', scratch.path('result.json')]
  const { code, stderr } = await woolgather(['run', path.join('workflows', file), ...result])
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const { outputs } = (await scratch.readJson('result.json')) as { outputs: Parameters<Effect>[0] }
  const effect = effects[file] ?? (file === shownElsewhere ? () => {} : undefined)
  if (!effect) throw new Error(`tests/effects.ts does not say what ${file} is there to show`)
  effect(outputs)
})
