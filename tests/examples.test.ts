import { readdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { woolgather } from './cli.ts'
import { root } from './scratch.ts'
import { effects } from './effects.ts'
import { serve } from './server.ts'

type Effect = NonNullable<(typeof effects)[string]>

const examples = readdirSync(path.join(root, 'workflows')).filter((file) => file.endsWith('.json'))

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
