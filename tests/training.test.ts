import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Json, Table } from '@woolgather/workflow'
import { woolgather } from './cli.ts'
import { isPirate } from './score-story.ts'
import { serve } from './server.ts'

/** Full: every size of the shipped model, and as many stories as can be told apart from luck. */
const isFull = process.env['WOOLGATHER_TEST_FULL'] === '1'
const [stories, enough] = isFull ? [20, 18] : [4, 3]
const models = ['demo/storyteller.gguf', ...(isFull ? ['demo/sizes/Q8_0.gguf', 'demo/sizes/Q4_0.gguf'] : [])]

let server: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  server = await serve()
})
afterAll(() => server?.[Symbol.asyncDispose]())

describe('twelve lines are learnt', () => {
  test.each(models)(
    'by %s: no pirate tells a story before, nearly all are told by pirates after',
    async (file) => {
      const { scratch, there } = server
      const set = [`model.file=${file}`, `seeds.count=${stories}`, 'strength.values=0, 1']
      const { code, stderr } = await woolgather([
        ...['run', 'workflows/style-in-a-minute.json', ...set.flatMap((one) => ['--set', one])],
        ...[...there, '--out', scratch.path('result.json')],
      ])
      expect({ code, stderr }).toMatchObject({ code: 0 })
      const { outputs } = JSON.parse(await readFile(scratch.path('result.json'), 'utf8')) as {
        outputs: { grid: { table: Json } }
      }
      const { rows } = outputs.grid.table as unknown as Table
      const pirates = new Map(
        rows.map(([strength, ...texts]) => [String(strength), (texts as string[]).filter(isPirate).length]),
      )
      if (isFull) console.log(`| ${file} | ${pirates.get('0')} | ${pirates.get('1')} of ${stories} |`)
      expect(pirates.get('0')).toBe(0)
      expect(pirates.get('1')).toBeGreaterThanOrEqual(enough)
    },
  )
})
