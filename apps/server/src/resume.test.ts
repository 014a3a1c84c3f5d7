import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient, routes } from '@woolgather/protocol'
import type { RunEvent } from '@woolgather/workflow'
import { describe, expect, test } from 'vitest'
import { slowMatrix, writeSlowNodes } from './testing/slow-nodes.ts'
import { collect, createSocket, script, startTestServer, submit, until } from './testing/start-test-server.ts'

const { resolve } = createRequire(import.meta.url)
const workerEntry = resolve('@woolgather/worker/main')
const serverEntry = fileURLToPath(new URL('../dist/main.js', import.meta.url))

/** More of them where `KILLS` says so. */
const kills = Number(process.env['KILLS'] ?? 5)

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Results of cells by place, and every place that ended more than once. */
function resultsOf(events: readonly RunEvent[]): { results: Record<string, unknown>; twice: string[] } {
  const results: Record<string, unknown> = {}
  const twice: string[] = []
  for (const event of events) {
    if (event.type !== 'cell.finished' && event.type !== 'cell.cached' && event.type !== 'cell.failed')
      continue
    const place = `${event.node} ${JSON.stringify(event.at)}`
    if (place in results) twice.push(place)
    results[place] = event.type === 'cell.failed' ? event.error : event.outputs
  }
  return { results, twice }
}

const numbersOf = (events: readonly RunEvent[]): number[] => events.map(({ seq }) => seq)
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

async function runUndisturbed(nodes: string): Promise<Record<string, unknown>> {
  await using server = await startTestServer({
    workerEntry,
    descriptions: undefined,
    nodes: [nodes],
  })
  const client = server.connect()
  return resultsOf(await collect(client, await submit(client, slowMatrix(10, 10, 1)))).results
}

describe('a worker killed at random moments of a matrix of 100 cells', () => {
  test('leaves every cell there once, equal to an undisturbed run, the numbers of events without a gap', async () => {
    const nodes = writeSlowNodes()
    const expected = await runUndisturbed(nodes.folder)
    await using server = await startTestServer({
      workerEntry,
      descriptions: undefined,
      nodes: [nodes.folder],
    })
    const client = server.connect()
    const finished = submit(client, slowMatrix(10, 10, 60)).then((run) => collect(client, run))
    let over = false
    void finished.then(() => (over = true))
    const known = new Set(nodes.pids())
    let killed = 0
    while (!over && killed < kills) {
      const pid = nodes.pids().at(-1) as number
      if (known.has(pid)) {
        await pause(10)
        continue
      }
      await pause(200 + Math.random() * 500)
      known.add(pid)
      if (over) break
      process.kill(pid, 'SIGKILL')
      killed++
    }
    const events = await finished
    const { results, twice } = resultsOf(events)
    expect(killed).toBeGreaterThan(0)
    expect(twice).toEqual([])
    expect(numbersOf(events)).toEqual(upTo(events.length))
    expect(results).toEqual(expected)
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', status: 'completed' })
  })
})

/** A server as a process of its own, so that it can be killed. */
async function spawnServer(data: string, nodes: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(
    process.execPath,
    [serverEntry, '--port', '0', '--data', data, '--output', data, '--nodes', nodes],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()))
    child.once('close', (code) => reject(new Error(`The server left with ${code}.`)))
  })
  return { child, url }
}

describe('a server killed at random moments of a matrix of 100 cells', () => {
  test('has the run interrupted afterwards; resumed, every cell is there once, equal to an undisturbed run', async () => {
    const nodes = writeSlowNodes()
    const expected = await runUndisturbed(nodes.folder)
    const data = mkdtempSync(path.join(tmpdir(), 'woolgather-server-'))
    let run: string | undefined
    for (let attempt = 0; ; attempt++) {
      const { child, url } = await spawnServer(data, nodes.folder)
      const client = createClient({ url, createSocket, reconnectDelay: 20 })
      const events: RunEvent[] = []
      if (run === undefined) run = await submit(client, slowMatrix(10, 10, 60))
      else expect((await fetch(url + routes.resumeRun(run), { method: 'POST' })).status).toBe(202)
      client.subscribe(run, (fresh) => events.push(...fresh))
      if (attempt < Math.min(kills, 10)) {
        await until(() => events.some(({ type }) => type === 'run.started'))
        await pause(Math.random() * 400)
        if (events.at(-1)?.type !== 'run.finished' || isInterrupted(events)) {
          const gone = new Promise((resolve) => child.once('exit', resolve))
          child.kill('SIGKILL')
          await gone
          client.close()
          continue
        }
      }
      await until(() => events.at(-1)?.type === 'run.finished' && !isInterrupted(events))
      client.close()
      child.kill('SIGTERM')
      const { results, twice } = resultsOf(events)
      expect(twice).toEqual([])
      expect(numbersOf(events)).toEqual(upTo(events.length))
      expect(results).toEqual(expected)
      return
    }
  })
})

const isInterrupted = (events: readonly RunEvent[]): boolean => {
  const last = events.at(-1)
  return last?.type === 'run.finished' && last.status === 'interrupted'
}

describe('resuming', () => {
  test('goes on under the same number; clients that follow are told on', async () => {
    const before = await startTestServer()
    const client = before.connect()
    const run = await submit(
      client,
      script('start text; finish text; start other; first cancellable; finish other; end completed'),
    )
    await until(async () => (await page(before.url, run)).length >= 5)
    await before.close()

    await using after = await startTestServer({ folder: before.folder })
    const follower = after.connect()
    const seen: RunEvent[] = []
    follower.subscribe(run, (events) => seen.push(...events))
    await until(() => isInterrupted(seen))
    follower.resume(run)
    await until(() => seen.at(-1)?.type === 'run.finished' && !isInterrupted(seen))
    expect(seen.map(({ seq, type }) => `${seq} ${type}`).slice(5)).toEqual([
      '5 cell.skipped',
      '6 run.finished',
      '7 run.queued',
      '8 run.started',
      '9 cell.started',
      '10 cell.finished',
      '11 run.finished',
    ])
  })

  test('is refused for a run that is unknown, and for one that has ended otherwise', async () => {
    await using server = await startTestServer()
    const client = server.connect()
    const run = await submit(client, script('end completed'))
    await collect(client, run)
    const ask = async (id: string): Promise<unknown> => {
      const answer = await fetch(server.url + routes.resumeRun(id), { method: 'POST' })
      return [answer.status, ((await answer.json()) as { error: { code: string } }).error.code]
    }
    expect([await ask('none'), await ask(run)]).toEqual([
      [404, 'run-not-found'],
      [409, 'run-not-resumable'],
    ])
  })
})

async function page(url: string, run: string): Promise<RunEvent[]> {
  const answer = await fetch(url + routes.runEvents(run))
  return ((await answer.json()) as { events: RunEvent[] }).events
}
