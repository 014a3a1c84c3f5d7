import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createClient, pathOf } from '@woolgather/protocol'
import type { RunEvent } from '@woolgather/workflow'
import { describe, expect, test } from 'vitest'
import { slowMatrix, writeSlowNodes } from './testing/slow-nodes.ts'
import { collect, createSocket, script, startTestServer, submit, until } from './testing/start-test-server.ts'

const { resolve } = createRequire(import.meta.url)
const workerEntry = resolve('@woolgather/worker/main')
const serverEntry = fileURLToPath(new URL('../bin/main.js', import.meta.url))

/** That have to land while a run goes on. */
const kills = process.env['WOOLGATHER_TEST_FULL'] === '1' ? 20 : 2

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

let undisturbed: Promise<Record<string, unknown>> | undefined

/** What 100 cells come to that nothing happens to. */
const wholeResults = (): Promise<Record<string, unknown>> =>
  (undisturbed ??= runUndisturbed(writeSlowNodes().folder))

async function runUndisturbed(nodes: string): Promise<Record<string, unknown>> {
  await using server = await startTestServer({
    workerEntry,
    descriptions: undefined,
    nodes: [nodes],
  })
  const client = server.connect()
  return resultsOf(await collect(client, await submit(client, slowMatrix(10, 10, 0)))).results
}

/** 100 cells that take long enough for 20 lives of a worker or server, each of which ends some of them. */
const matrix = slowMatrix(10, 10, 100)

/** Random, seeded: the same in every run as far as a machine's pace is. */
function createDraw(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function expectWhole(events: readonly RunEvent[], expected: Record<string, unknown>): void {
  const { results, twice } = resultsOf(events)
  expect(twice).toEqual([])
  expect(numbersOf(events)).toEqual(upTo(events.length))
  expect(Object.keys(results).filter((place) => place.startsWith('cell '))).toHaveLength(100)
  expect(results).toEqual(expected)
  expect(events.at(-1)).toMatchObject({ type: 'run.finished', status: 'completed' })
}

const finishedCells = (events: readonly RunEvent[]): number =>
  events.filter(({ type }) => type === 'cell.finished').length

describe('a worker killed at random moments of a matrix of 100 cells', () => {
  test(`${kills} times, leaves every cell there once, equal to an undisturbed run, its events without a gap`, async () => {
    const nodes = writeSlowNodes()
    const expected = await wholeResults()
    await using server = await startTestServer({
      workerEntry,
      descriptions: undefined,
      nodes: [nodes.folder],
    })
    const client = server.connect()
    const draw = createDraw(1)
    const killed = new Set<number>()
    // A machine that is quick may end a matrix before all kills have landed: then another is begun.
    while (killed.size < kills) {
      const events: RunEvent[] = []
      const run = await submit(client, matrix)
      client.subscribe(run, (fresh) => events.push(...fresh))
      const over = (): boolean => events.at(-1)?.type === 'run.finished'
      while (!over() && killed.size < kills) {
        // Each life gets on by some cells, however slow the machine: what is killed too often is taken for faulty.
        const enough = finishedCells(events) + 1 + Math.floor(draw() * 8)
        await until(() => over() || finishedCells(events) >= enough)
        await pause(draw() * 100)
        const pid = nodes.pids().at(-1) as number
        if (over() || killed.has(pid)) continue
        process.kill(pid, 'SIGKILL')
        killed.add(pid)
      }
      await until(over)
      expectWhole(events, expected)
    }
    expect(killed.size).toBe(kills)
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
    child.stdout?.setEncoding('utf8').once('data', (text: string) => resolve(/^\S+/.exec(text)?.[0] ?? ''))
    child.once('close', (code) => reject(new Error(`The server left with ${code}.`)))
  })
  return { child, url }
}

describe('a server killed at random moments of a matrix of 100 cells', () => {
  test(`${kills} times, has the run interrupted each time; resumed, every cell is there once, equal to an undisturbed run`, async () => {
    const nodes = writeSlowNodes()
    const expected = await wholeResults()
    const data = mkdtempSync(path.join(tmpdir(), 'woolgather-server-'))
    const draw = createDraw(2)
    let killed = 0
    let run: string | undefined
    while (killed < kills || run !== undefined) {
      const { child, url } = await spawnServer(data, nodes.folder)
      const client = createClient({ url, createSocket, reconnectDelay: 20 })
      const gone = new Promise((resolve) => child.once('exit', resolve))
      const events: RunEvent[] = []
      if (run === undefined) run = await submit(client, matrix)
      else expect((await fetch(url + pathOf('resumeRun', { id: run }), { method: 'POST' })).status).toBe(202)
      client.subscribe(run, (fresh) => events.push(...fresh))
      const over = (): boolean => events.at(-1)?.type === 'run.finished' && !isInterrupted(events)
      const resumed = (): boolean => {
        const begun = events.findLastIndex(({ type }) => type === 'run.started')
        return begun > events.findLastIndex(({ type }) => type === 'run.finished')
      }
      await until(() => over() || (resumed() && events.at(-1)?.type !== 'run.started'))
      if (killed < kills) await pause(draw() * 250)
      if (killed < kills && !over()) {
        child.kill('SIGKILL')
        killed++
      } else {
        await until(over)
        expectWhole(events, expected)
        run = undefined
        child.kill('SIGTERM')
      }
      await gone
      client.close()
    }
    expect(killed).toBe(kills)
  })
})

test('the worker of a killed server ends too, in the middle of a run', async () => {
  const nodes = writeSlowNodes()
  const { child, url } = await spawnServer(
    mkdtempSync(path.join(tmpdir(), 'woolgather-server-')),
    nodes.folder,
  )
  const client = createClient({ url, createSocket })
  const run = await submit(client, matrix)
  const events: RunEvent[] = []
  client.subscribe(run, (fresh) => events.push(...fresh))
  await until(() => events.some(({ type }) => type === 'cell.finished'))
  const worker = nodes.pids().at(-1) as number
  child.kill('SIGKILL')
  await until(() => !isAlive(worker))
  client.close()
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const isInterrupted = (events: readonly RunEvent[]): boolean => {
  const last = events.at(-1)
  return last?.type === 'run.finished' && last.status === 'interrupted'
}

describe('resuming', () => {
  test('goes on under the same number; clients that follow are told on [R57]', async () => {
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
      const answer = await fetch(server.url + pathOf('resumeRun', { id }), { method: 'POST' })
      return [answer.status, ((await answer.json()) as { error: { code: string } }).error.code]
    }
    expect([await ask('none'), await ask(run)]).toEqual([
      [404, 'run-not-found'],
      [409, 'run-not-resumable'],
    ])
  })
})

async function page(url: string, run: string): Promise<RunEvent[]> {
  const answer = await fetch(url + pathOf('runEvents', { id: run }))
  return ((await answer.json()) as { events: RunEvent[] }).events
}
