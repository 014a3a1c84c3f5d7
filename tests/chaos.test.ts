import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { spawnWoolgather } from './cli.ts'
import { startFarm } from './farm.ts'
import { hasNatsServer } from './nats-server.ts'
import { root } from './scratch.ts'

const full = process.env['WOOLGATHER_TEST_FULL'] === '1'

/** Rows of the table, and milliseconds that each takes. */
const rows = 100_000
const milliseconds = 5

/** Milliseconds between two workers that are killed, and share of the rows that have begun meanwhile on however slow a machine. */
const killEvery = 2_000
const leastBetween = 0.001

/** Share of rows that may be computed twice: what a worker had in hand when it died. */
const mostTwice = 0.03

/** Far more than it takes. */
const patience = 3_600_000

interface Line {
  row: number
  status: string
  outputs: { text?: string }
  errors: { code: string }[]
}

describe.runIf(full && hasNatsServer())('while everything dies in turn', () => {
  test(
    'each row has one line and one result, also where NATS lost all it had [R83]',
    async () => {
      await using farm = await startFarm([path.join(root, 'tests/fixtures/farm')], { restarts: true })
      const { scratch, nats } = farm
      const names = ['one', 'two', 'three']
      for (const name of names) farm.startWorker(name)
      const log = await scratch.write('shouts.log', '')
      const workflow = await scratch.writeWorkflow({
        text: { type: 'api/input', inputs: { name: 'text', value: '' } },
        shout: {
          type: 'test/shout',
          inputs: { log, milliseconds },
          links: { text: ['text', 'value'] },
        },
        result: { type: 'api/output', inputs: { name: 'text' }, links: { value: ['shout', 'text'] } },
      })
      const texts = Array.from({ length: rows }, (_, row) => (row === rows / 2 ? 'poison' : `row ${row}`))
      const table = await scratch.write('rows.csv', ['text', ...texts, ''].join('\n'))
      const out = scratch.path('out.jsonl')
      const args = [
        '--rows',
        table,
        '--out',
        out,
        '--server',
        farm.url,
        '--concurrency',
        '1000',
        '--as-completed',
      ]

      let isOver = false
      const batch = spawnWoolgather(['batch', workflow, ...args])
      void batch.then(() => (isOver = true))
      const whole = texts.join('\n').length
      const logged = async (): Promise<number> => (await stat(log)).size
      /** Waits until so large a share of the cells has begun, as long as there are any. */
      const someMore = async (share: number): Promise<void> => {
        const from = await logged()
        await expect
          .poll(async () => isOver || (await logged()) >= from + share * whole, { timeout: patience })
          .toBe(true)
      }
      const killWorkers = async (): Promise<number> => {
        for (let killed = 0; ; killed++) {
          await Promise.all([delay(killEvery), someMore(leastBetween)])
          if (isOver) return killed
          await farm.killWorker(names[killed % names.length] as string)
        }
      }

      await someMore(0.01)
      const killing = killWorkers()
      await someMore(0.1)
      await farm.killServer()
      await farm.bringServerBack()
      await someMore(0.1)
      await nats.kill()
      await nats.bringBack()
      await someMore(0.1)
      await nats.kill()
      await nats.bringBack({ empty: true })

      const { code, stderr } = await batch
      expect({ code, stderr }).toMatchObject({ code: 3 })
      expect(await killing).toBeGreaterThan(10)
      const lines = (await readFile(out, 'utf8')).split('\n').filter(Boolean)
      const results = lines.map((line) => JSON.parse(line) as Line).sort((a, b) => a.row - b.row)
      expect(results.map(({ row }) => row)).toEqual(texts.map((_, row) => row))
      for (const { row, status, outputs, errors } of results) {
        // It ended three workers.
        if (texts[row] === 'poison') expect(errors[0]?.code).toBe('worker-lost')
        else
          expect({ status, text: outputs.text }).toEqual({
            status: 'completed',
            text: texts[row]?.toUpperCase(),
          })
      }
      const computed = (await readFile(log, 'utf8')).split('\n').length - 1
      expect(computed - rows).toBeLessThan(rows * mostTwice)
    },
    patience,
  )
})
