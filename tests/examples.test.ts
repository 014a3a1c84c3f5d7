import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createScratch, root, woolgather, type Scratch } from './cli.ts'
import { effects } from './effects.ts'
import { readUrl, startServer } from './server.ts'

type Effect = NonNullable<(typeof effects)[string]>

const examples = readdirSync(path.join(root, 'workflows')).filter((file) => file.endsWith('.json'))

/** tests/demo-workflow.test.ts looks at this one closely. */
const shownElsewhere = 'first-story.json'

let scratch: Scratch
let server: ChildProcess
let url: string

/** One server for all of them: starting a worker takes longer than most examples. */
beforeAll(async () => {
  scratch = await createScratch()
  server = startServer(scratch, { command: true })
  url = await readUrl(server)
})
afterAll(async () => {
  server.kill('SIGTERM')
  await once(server, 'exit')
  await scratch[Symbol.asyncDispose]()
})

test.each(examples)('the example %s validates, completes and does what it is there to show', async (file) => {
  const result = ['--server', url, '--out', scratch.path('result.json')]
  const { code, stderr } = await woolgather(['run', path.join('workflows', file), ...result])
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const { outputs } = (await scratch.readJson('result.json')) as { outputs: Parameters<Effect>[0] }
  const effect = effects[file] ?? (file === shownElsewhere ? () => {} : undefined)
  if (!effect) throw new Error(`tests/effects.ts does not say what ${file} is there to show`)
  effect(outputs)
})
