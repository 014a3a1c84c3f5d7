import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { play, start, timeToAnswer, told } from './testing/play.ts'

const watched = { SCRIPTED_WATCH: '1' }
/** Waits that no test should come to the end of. */
const never = 10 ** 9

const ends = (text: string): boolean => /finished|failed/.test(text)

describe('a worker that a node lets do nothing else', () => {
  test('is said to be stalled, with the cell, and ended; the cell fails at once, and the rest goes on', async () => {
    const hang = Math.max(6_000, await timeToAnswer())
    await using worker = start({ env: watched, limits: { notice: hang / 3, hang } })
    // A node that computes without a pause leaves its worker no time to tell that it began.
    const { status, events } = await play(
      worker,
      'start a; finish a; begin b; freeze; start c; finish c; end partial',
    )
    expect(worker.seen.find(({ state }) => state === 'stalled')?.stall).toEqual({
      since: expect.any(Number) as number,
      standsStill: false,
      cells: [{ run: expect.any(String) as string, node: 'b', at: {} }],
    })
    expect([status, told(events)]).toEqual([
      'partial',
      [
        '0 run.started',
        '1 cell.started a',
        '2 cell.finished a',
        '3 cell.started b',
        '4 cell.failed b',
        '5 run.restarted',
        '6 cell.started c',
        '7 cell.finished c',
        '8 run.finished',
      ],
    ])
  })

  test('is ended at once where it is closed', async () => {
    const worker = start({ limits: { notice: 100, hang: never, shutdown: never } })
    const run = play(worker, 'start a; freeze')
    await expect.poll(() => worker.status.state).toBe('stalled')
    await worker.close()
    expect((await run).status).toBe('interrupted')
  })

  test('takes no other run with it when its run is cancelled', async () => {
    await using worker = start({ env: watched, limits: { cancel: 300 } })
    const cancel = new AbortController()
    const other = play(worker, 'start a; first cancellable; finish a; end completed')
    const stuck = play(worker, 'start b; freeze', {
      signal: cancel.signal,
      onEvents: (events) => events.some(({ type }) => type === 'cell.started') && cancel.abort(),
    })
    expect([(await stuck).status, (await other).status]).toEqual(['cancelled', 'completed'])
    expect(worker.status.state).toBe('ready')
  })
})

test('a worker that stands still is told from one that computes, and its cell is tried again', async () => {
  const hang = Math.max(6_000, await timeToAnswer())
  await using worker = start({ env: watched, limits: { notice: (hang * 2) / 3, hang } })
  const { status, events } = await play(worker, 'start a; first stop; finish a; end completed')
  expect(worker.seen.find(({ state }) => state === 'stalled')?.stall).toMatchObject({
    standsStill: true,
    cells: [{ node: 'a' }],
  })
  expect([status, told(events).filter(ends)]).toEqual(['completed', ['4 cell.finished a', '5 run.finished']])
})

describe('a worker that takes too much memory', () => {
  const limits = { memory: 300 * 2 ** 20, memoryInterval: 20 }

  test('is ended and named with the numbers; the cell is tried once more, not for ever', async () => {
    await using worker = start({ limits })
    const { events } = await play(worker, 'start a; eat 500; hang; end failed')
    expect(events.find(({ type }) => type === 'cell.failed')).toMatchObject({
      node: 'a',
      error: {
        code: 'out-of-memory',
        message: expect.stringMatching(/took 0\.\d\d GiB of memory; it may take 0\.29 GiB/) as string,
        hint: expect.stringContaining('--worker-memory') as string,
      },
    })
    expect(told(events).filter((text) => text.endsWith('cell.started a'))).toHaveLength(2)
  })

  test('once does no harm', async () => {
    await using worker = start({ limits })
    const { status } = await play(worker, 'start a; first eat 500; first hang; finish a; end completed')
    expect(status).toBe('completed')
  })

  test('is told so where JavaScript itself finds no more', async () => {
    await using worker = start({ env: { NODE_OPTIONS: '--max-old-space-size=60' } })
    const { events } = await play(worker, 'start a; heap; end failed')
    expect(events.find(({ type }) => type === 'cell.failed')).toMatchObject({
      error: { code: 'out-of-memory' },
    })
  })
})

describe('a worker that is killed while it starts', () => {
  test('keeps runs waiting, and says what happened', async () => {
    await using worker = start({
      env: { SCRIPTED_START: 'killed 4' },
      limits: { chanceStartAttempts: Infinity },
    })
    expect((await play(worker, 'start a; finish a; end completed')).status).toBe('completed')
    expect(worker.seen.filter(({ state }) => state === 'restarting')[0]?.error).toMatchObject({
      code: 'native-crash',
      message: expect.stringContaining('SIGKILL') as string,
    })
  })

  test('is waited for as well where the fabric is away that it is to use', async () => {
    await using worker = start({
      env: { SCRIPTED_START: 'alone 4' },
      limits: { chanceStartAttempts: Infinity },
    })
    expect((await play(worker, 'start a; finish a; end completed')).status).toBe('completed')
    expect(worker.seen.filter(({ state }) => state === 'restarting')[0]?.error).toMatchObject({
      code: 'fabric-unreachable',
    })
  })

  test('fails them with that after the attempts it has', async () => {
    await using worker = start({
      env: { SCRIPTED_START: 'killed 9' },
      limits: { chanceStartAttempts: 3 },
    })
    const { events } = await play(worker, 'end completed')
    expect(events).toMatchObject([
      {
        type: 'run.finished',
        status: 'failed',
        error: { message: expect.stringContaining('SIGKILL') as string },
      },
    ])
  })

  test('is stopped without being asked where it is closed: it has nothing to lose', async () => {
    const worker = start({ env: { SCRIPTED_START: 'never' }, limits: { shutdown: never } })
    await worker.close()
    expect(worker.status).toEqual({ state: 'stopped' })
  })
})

test('a worker ends with the process that started it, even while it computes', async () => {
  const parent = fork(fileURLToPath(new URL('testing/parent.mjs', import.meta.url)), [], {
    execArgv: [],
    env: { ...process.env, ...watched },
  })
  const [pid] = (await once(parent, 'message')) as [number]
  parent.kill('SIGKILL')
  await expect.poll(() => isAlive(pid)).toBe(false)
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
