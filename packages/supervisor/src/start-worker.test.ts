import { tmpdir } from 'node:os'
import path from 'node:path'
import type { RunEvent } from '@woolgather/workflow'
import { describe, expect, test } from 'vitest'
import { play, start, timeToAnswer, told } from './testing/play.ts'

describe('a worker that works', () => {
  test('is given runs as soon as it is ready and tells their events in order', async () => {
    await using worker = start()
    const { status, events } = await play(worker, 'start text; tokens 2; finish text; end completed')
    expect(status).toBe('completed')
    expect(told(events)).toEqual([
      '0 run.started',
      '1 cell.started text',
      '2 cell.token text',
      '3 cell.token text',
      '4 cell.finished text',
      '5 run.finished',
    ])
    expect(worker.seen).toEqual([
      { state: 'starting' },
      { state: 'ready', device: 'scripted', build: 'test' },
    ])
  })

  test('has its events numbered on from where the queue stopped', async () => {
    await using worker = start()
    const { events } = await play(worker, 'end completed', { firstSeq: 3 })
    expect(told(events)).toEqual(['3 run.started', '4 run.finished'])
  })

  test('may say what it likes after the end of a run: one end is told', async () => {
    await using worker = start()
    const { events } = await play(worker, 'end completed; end failed; token x')
    expect(told(events)).toEqual(['0 run.started', '1 run.finished'])
  })
})

describe('a worker that dies in a run', () => {
  for (const signal of ['SIGSEGV', 'SIGABRT'] as const) {
    test(`by ${signal} twice in one cell fails that cell with the signal and its last log lines, the rest goes on`, async () => {
      await using worker = start()
      const { status, events } = await play(
        worker,
        `start a; finish a; start b; log ggml: tensor is null; log aborting; crash ${signal}; start c; finish c; end partial`,
      )
      expect(status).toBe('partial')
      expect(told(events)).toEqual([
        '0 run.started',
        '1 cell.started a',
        '2 cell.finished a',
        '3 cell.started b',
        '4 run.restarted',
        '5 cell.started b',
        '6 cell.failed b',
        '7 run.restarted',
        '8 cell.started c',
        '9 cell.finished c',
        '10 run.finished',
      ])
      expect(events[4]).toMatchObject({
        error: { code: 'native-crash', message: expect.stringContaining(signal) as string },
      })
      expect(events[6]).toMatchObject({
        error: {
          code: 'native-crash',
          message: expect.stringContaining(signal) as string,
          hint: expect.any(String) as string,
          cause: 'ggml: tensor is null\naborting',
          node: 'b',
          at: {},
        },
      })
    })
  }

  test('by SIGKILL, which may be chance, may do so in one cell more often', async () => {
    await using worker = start({ limits: { killedChances: 4 } })
    const { status, events } = await play(worker, 'start a; crash SIGKILL; end failed')
    expect({ status, told: told(events).slice(1) }).toEqual({
      status: 'failed',
      told: [
        '1 cell.started a',
        '2 run.restarted',
        '3 cell.started a',
        '4 run.restarted',
        '5 cell.started a',
        '6 run.restarted',
        '7 cell.started a',
        '8 cell.failed a',
        '9 run.restarted',
        '10 run.finished',
      ],
    })
  })

  test('once does no harm: the run is taken up and comes to the same', async () => {
    await using worker = start()
    const { status, events } = await play(
      worker,
      'start a; finish a; start b; first crash SIGSEGV; finish b; end completed',
    )
    expect(status).toBe('completed')
    expect(told(events)).toEqual([
      '0 run.started',
      '1 cell.started a',
      '2 cell.finished a',
      '3 cell.started b',
      '4 run.restarted',
      '5 cell.started b',
      '6 cell.finished b',
      '7 run.finished',
    ])
  })

  test('by hanging is ended: the run is taken up, and a cell that hangs every time fails', async () => {
    const hang = await timeToAnswer()
    await using worker = start({ limits: { hang } })
    const once = await play(worker, 'start a; finish a; start b; first freeze; finish b; end completed')
    expect([once.status, told(once.events).slice(3)]).toEqual([
      'completed',
      ['3 cell.started b', '4 run.restarted', '5 cell.started b', '6 cell.finished b', '7 run.finished'],
    ])
    const { events } = await play(worker, 'start a; freeze; end failed')
    expect(events.find(({ type }) => type === 'cell.failed')).toMatchObject({
      error: {
        code: 'worker-lost',
        message: `The worker process did not answer for ${hang / 1000} seconds.`,
      },
    })
  })

  test('is not taken for hung while it has nothing to say', async () => {
    const hang = await timeToAnswer()
    await using worker = start({ limits: { hang } })
    const { status, events } = await play(worker, `start a; wait ${hang * 2}; finish a; end completed`)
    expect([status, told(events)]).toEqual([
      'completed',
      ['0 run.started', '1 cell.started a', '2 cell.finished a', '3 run.finished'],
    ])
  })

  test('by leaving is told with its exit code where it never gets anywhere', async () => {
    await using worker = start()
    const { events } = await play(worker, 'log bad news; exit 7')
    expect(events.at(-1)).toMatchObject({
      status: 'failed',
      error: {
        code: 'worker-lost',
        message: expect.stringContaining('exit code 7') as string,
        cause: 'bad news',
      },
    })
    expect(told(events)).toEqual(['0 run.started', '1 run.restarted', '2 run.restarted', '3 run.finished'])
  })

  test('comes back for the next run', async () => {
    await using worker = start()
    expect((await play(worker, 'crash SIGSEGV')).status).toBe('failed')
    expect((await play(worker, 'end completed')).status).toBe('completed')
    expect(worker.status.state).toBe('ready')
  })

  test('takes no other run with it: each is taken up, those under suspicion one after another', async () => {
    await using worker = start()
    const results = await Promise.all([
      play(worker, 'start a; first hang; finish a; end completed'),
      play(worker, 'start b; first cancellable; finish b; end completed'),
      play(worker, 'wait 200; start c; crash SIGSEGV; end failed'),
    ])
    expect(results.map(({ status }) => status)).toEqual(['completed', 'completed', 'failed'])
    expect(results.map(({ events }) => events.map(({ seq }) => seq))).toEqual(
      results.map(({ events }) => events.map((_, index) => index)),
    )
    const ends = results.map(({ events }) =>
      told(events).filter((text) => /finished [abc]|failed/.test(text)),
    )
    expect(ends.map((list) => list.length)).toEqual([1, 1, 1])
  })

  test('leaves a run that is cancelled meanwhile cancelled', async () => {
    await using worker = start()
    const cancel = new AbortController()
    const { status } = await play(worker, 'start a; crash SIGSEGV', {
      signal: cancel.signal,
      onEvents: (events) => events.some(({ type }) => type === 'cell.started') && cancel.abort(),
    })
    expect(status).toBe('cancelled')
  })
})

describe('a run that was interrupted', () => {
  test('goes on with its seeds and number, and leaves out what was settled', async () => {
    await using worker = start()
    const history: RunEvent[] = [
      { run: 'r', seq: 0, time: 0, type: 'run.started', cells: 2, seeds: { a: 7 } },
      { run: 'r', seq: 1, time: 0, type: 'cell.started', node: 'a', at: {} },
      { run: 'r', seq: 2, time: 0, type: 'cell.finished', node: 'a', at: {}, outputs: {}, milliseconds: 1 },
      { run: 'r', seq: 3, time: 0, type: 'cell.started', node: 'b', at: {} },
      {
        run: 'r',
        seq: 4,
        time: 0,
        type: 'cell.skipped',
        node: 'b',
        at: {},
        reason: 'interrupted',
        because: 'interrupted',
      },
      { run: 'r', seq: 5, time: 0, type: 'run.finished', status: 'interrupted' },
    ]
    const { events } = await play(worker, 'start a; finish a; start b; finish b; end completed', {
      history,
      firstSeq: 6,
    })
    expect(told(events)).toEqual(['6 run.started', '7 cell.started b', '8 cell.finished b', '9 run.finished'])
  })
})

describe('a worker that misbehaves', () => {
  test('by sending nonsense is stopped and named', async () => {
    await using worker = start()
    const { events } = await play(worker, 'nonsense')
    expect(events.at(-1)).toMatchObject({
      status: 'failed',
      error: { code: 'worker-lost', message: expect.stringContaining('no message') as string },
    })
  })
})

describe('a worker that does not start', () => {
  test('says why, is not tried again until the next run, and fails the run that waited', async () => {
    await using worker = start({ env: { SCRIPTED_START: 'failed' } })
    const first = await play(worker, 'end completed')
    expect(first.events).toMatchObject([
      { seq: 0, type: 'run.finished', status: 'failed', error: { code: 'native-missing' } },
    ])
    expect(worker.status).toMatchObject({ state: 'stopped', error: { code: 'native-missing' } })
    await play(worker, 'end completed')
    expect(worker.seen.map(({ state }) => state)).toEqual(['starting', 'stopped', 'starting', 'stopped'])
  })

  test('is tried three times where it exits without a word', async () => {
    await using worker = start({ env: { SCRIPTED_START: 'exit' } })
    const { events } = await play(worker, 'end completed')
    expect(events.at(-1)).toMatchObject({
      status: 'failed',
      error: {
        code: 'worker-lost',
        message: expect.stringContaining('exit code 9') as string,
        cause: 'cannot open the device',
      },
    })
    expect(worker.seen.filter(({ state }) => state === 'starting' || state === 'stopped')).toHaveLength(2)
  })

  test('may take its time: runs wait for it', async () => {
    const hang = await timeToAnswer()
    await using worker = start({ env: { SCRIPTED_START: `slow ${hang * 2}` }, limits: { hang } })
    const { status } = await play(worker, 'start a; finish a; end completed')
    expect([status, worker.seen.map(({ state }) => state)]).toEqual(['completed', ['starting', 'ready']])
  })

  test('is killed and named where it never becomes ready', async () => {
    await using worker = start({ env: { SCRIPTED_START: 'never' }, limits: { start: 300 } })
    const { events } = await play(worker, 'end completed')
    expect(events.at(-1)).toMatchObject({
      status: 'failed',
      error: { code: 'worker-lost', message: 'The worker process was not ready after 0.3 seconds.' },
    })
  })

  test('is named where its module is missing', async () => {
    await using worker = start({ entry: path.join(tmpdir(), 'no-such-worker.mjs') })
    const { events } = await play(worker, 'end completed')
    expect(events.at(-1)).toMatchObject({
      status: 'failed',
      error: { code: 'worker-lost', cause: expect.stringContaining('no-such-worker.mjs') as string },
    })
  })
})

describe('cancelling', () => {
  test('is passed on to the worker', async () => {
    await using worker = start()
    const cancel = new AbortController()
    const run = play(worker, 'start a; cancellable', {
      signal: cancel.signal,
      onEvents: (events) => events.some(({ type }) => type === 'cell.started') && cancel.abort(),
    })
    expect((await run).status).toBe('cancelled')
  })

  test('a run that waits for the worker ends it at once', async () => {
    await using worker = start({ env: { SCRIPTED_START: 'never' } })
    const cancel = new AbortController()
    const run = play(worker, 'end completed', { signal: cancel.signal })
    cancel.abort()
    expect(told((await run).events)).toEqual(['0 run.finished'])
  })

  test('a run of a hung worker kills the worker after the grace period', async () => {
    await using worker = start({ limits: { cancel: 300 } })
    const cancel = new AbortController()
    const { status } = await play(worker, 'start a; hang', {
      signal: cancel.signal,
      onEvents: (events) => events.some(({ type }) => type === 'cell.started') && cancel.abort(),
    })
    expect(status).toBe('cancelled')
    expect((await play(worker, 'end completed')).status).toBe('completed')
    expect(worker.seen.map(({ state }) => state)).toContain('restarting')
  })
})

describe('closing', () => {
  test('ends what runs as interrupted, and refuses what comes later the same way', async () => {
    const worker = start()
    const run = play(worker, 'start a; cancellable', {
      onEvents: (events) => events.some(({ type }) => type === 'cell.started') && void worker.close(),
    })
    expect((await run).status).toBe('interrupted')
    await worker.close()
    expect(worker.status).toEqual({ state: 'stopped' })
    expect((await play(worker, 'end completed')).status).toBe('interrupted')
  })

  test('kills a process that neither leaves when told nor on SIGTERM', async () => {
    const worker = start({ env: { SCRIPTED_START: 'deaf' }, limits: { shutdown: 300 } })
    await play(worker, 'end completed')
    const began = Date.now()
    await worker.close()
    expect(worker.status).toEqual({ state: 'stopped' })
    expect(Date.now() - began).toBeGreaterThanOrEqual(550)
  })

  test('follows the signal it was started with', async () => {
    const stop = new AbortController()
    const worker = start({ signal: stop.signal })
    const run = play(worker, 'cancellable')
    stop.abort()
    expect((await run).status).toBe('interrupted')
    await worker.close()
    expect(worker.status).toEqual({ state: 'stopped' })
  })
})
