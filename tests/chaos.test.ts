import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { spawnWoolgather } from './cli.ts'
import { startFarm } from './farm.ts'
import { hasNatsServer } from './nats-server.ts'
import { root } from './scratch.ts'

const full = process.env['WOOLGATHER_TEST_FULL'] === '1'

/** Rows of the table, and milliseconds that each takes. */
const rows = 1_000
const milliseconds = 20

/** Workers that are killed, besides those that the poisoned row ends. */
const deaths = 3

/** Share of rows that may be computed twice: what a worker had in hand when it died. */
const mostTwice = 0.1

interface Line {
  row: number
  status: string
  outputs: { text?: string }
  errors: { code: string }[]
}

describe.runIf(full && hasNatsServer())('while everything dies in turn', () => {
  test('each row has one line and one result, also where NATS lost all it had [R83]', async () => {
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
      '128',
      '--as-completed',
    ]

    let isOver = false
    const batch = spawnWoolgather(['batch', workflow, ...args])
    void batch.then(() => (isOver = true))
    const done = async (): Promise<number> => (await readFile(log, 'utf8')).split('\n').length - 1
    /** Waits until so many more cells have begun, as long as there are any. */
    const someMore = async (more: number): Promise<void> => {
      const from = await done()
      await expect.poll(async () => isOver || (await done()) >= from + more).toBe(true)
    }
    const killWorker = async (): Promise<void> => {
      const name = names.shift() as string
      await farm.killWorker(name)
      names.push(name)
    }

    await someMore(rows / 20)
    await killWorker()
    await someMore(rows / 20)
    await farm.killServer()
    await farm.bringServerBack()
    await someMore(rows / 20)
    await nats.kill()
    await nats.bringBack()
    await someMore(rows / 20)
    await nats.kill()
    await nats.bringBack({ empty: true })
    for (let killed = 1; killed < deaths && !isOver; killed++) {
      await someMore(rows / 20)
      if (!isOver) await killWorker()
    }

    const { code, stderr } = await batch
    expect({ code, stderr }).toMatchObject({ code: 3 })
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
    expect((await done()) - rows).toBeLessThan(rows * mostTwice)
  })
})
