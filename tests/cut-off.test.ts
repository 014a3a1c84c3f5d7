import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openFabric, presenceSchema, topics, type Presence } from '@woolgather/fabric'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { spawnWoolgather, type CliResult } from './cli.ts'
import { startFarm, type Farm } from './farm.ts'
import { hasNatsServer } from './nats-server.ts'
import { openNamespace } from './network-namespace.ts'
import { root } from './scratch.ts'

const full = process.env['WOOLGATHER_TEST_FULL'] === '1'
const namespace = full && hasNatsServer() ? openNamespace() : undefined

/** How long nothing goes to the worker and nothing comes from it, in milliseconds. */
const cutFor = 60_000

const rows = 400
const nodes = path.join(root, 'tests/fixtures/farm')

describe.runIf(namespace !== undefined)('a worker that is cut off', () => {
  const { host, within, cut, mend } = namespace ?? ({} as NonNullable<typeof namespace>)
  let farm: Farm
  let log: string
  let far: ChildProcess | undefined
  const heard = new Map<string, { presence: Presence; at: number }>()
  const stateOf = (name: string): Presence | undefined => heard.get(name)?.presence

  beforeAll(async () => {
    farm = await startFarm([nodes], { nats: 'host: 0.0.0.0' })
    log = await farm.scratch.write('shouts.log', '')
    farm.startWorker('near')
  })
  afterAll(async () => {
    far?.kill('SIGKILL')
    await farm?.[Symbol.asyncDispose]()
    namespace?.[Symbol.dispose]()
  })

  const runBatch = async (
    name: string,
    texts: readonly string[],
  ): Promise<CliResult & { lines: string[] }> => {
    const workflow = await farm.scratch.writeWorkflow({
      text: { type: 'api/input', inputs: { name: 'text', value: '' } },
      shout: { type: 'test/shout', inputs: { log, milliseconds: 3_000 }, links: { text: ['text', 'value'] } },
      result: { type: 'api/output', inputs: { name: 'text' }, links: { value: ['shout', 'text'] } },
    })
    const table = await farm.scratch.write(`${name}.csv`, ['text', ...texts, ''].join('\n'))
    const out = farm.scratch.path(`${name}.jsonl`)
    const args = ['--rows', table, '--out', out, '--server', farm.url, '--concurrency', '256', '--quiet']
    const result = await spawnWoolgather(['batch', workflow, ...args])
    const lines = (await readFile(out, 'utf8')).split('\n').filter(Boolean)
    return {
      ...result,
      lines: lines.map((line) => (JSON.parse(line) as { outputs: { text: string } }).outputs.text),
    }
  }
  const computed = async (): Promise<string[]> => (await readFile(log, 'utf8')).split('\n').filter(Boolean)

  test('comes back, its work having been done by others, and nothing is doubled [R80, R81]', async () => {
    await using fabric = await openFabric(farm.nats.url)
    fabric.listen(topics.workers, (message) => {
      const presence = presenceSchema.parse(message)
      heard.set(presence.name, { presence, at: Date.now() })
    })
    const url = farm.nats.url.replace('127.0.0.1', host)
    const folders = ['--data', farm.scratch.path('far'), '--models', path.join(root, 'models')]
    const [program, ...before] = within
    far = spawn(
      program,
      [
        ...before,
        process.execPath,
        path.join(root, 'apps/cli/bin/woolgather.js'),
        ...['worker', '--fabric', url, '--name', 'far', '--cpu', '--nodes', nodes, ...folders],
      ],
      { cwd: root, stdio: 'ignore' },
    )
    await expect.poll(() => [stateOf('near')?.cells, stateOf('far')?.cells]).toEqual([0, 0])

    const texts = Array.from({ length: rows }, (_, row) => `row ${row}`)
    const whole = runBatch('whole', texts)
    await expect.poll(() => stateOf('far')?.cells ?? 0).toBeGreaterThan(0)
    cut()
    const cutAt = Date.now()
    const inHand = stateOf('far')?.cells ?? 0
    const { code, lines } = await whole
    expect(code).toBe(0)
    expect(lines).toEqual(texts.map((text) => text.toUpperCase()))
    // What it had, others did as well, and nothing else was done twice.
    expect((await computed()).length - rows).toBeLessThanOrEqual(inHand + 64)
    expect(new Set(await computed()).size).toBe(rows)

    await delay(Math.max(0, cutAt + cutFor - Date.now()))
    mend()
    const mendedAt = Date.now()
    await expect.poll(() => (heard.get('far')?.at ?? 0) > mendedAt && stateOf('far')?.cells === 0).toBe(true)
    // All of it is known, whoever did it first.
    const before2 = (await computed()).length
    expect((await runBatch('again', texts)).lines).toEqual(lines)
    expect((await computed()).length).toBe(before2)
    expect(await fabric.queues()).toEqual([])

    // It works as ever, and alone.
    await farm.killWorker('near')
    expect((await runBatch('alone', ['one more'])).lines).toEqual(['ONE MORE'])
    far.kill('SIGTERM')
    await once(far, 'exit')
  })
})
