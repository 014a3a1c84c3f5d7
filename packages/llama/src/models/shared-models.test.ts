import fc from 'fast-check'
import { setImmediate } from 'node:timers/promises'
import { expect, inject, test } from 'vitest'
import { createFakeLlama, type FakeLlama } from '../fake/index.ts'
import type { LlamaRuntime } from '../contract/interface.ts'
import { SharedModels, type WantedModel } from './shared-models.ts'

const sizes: Record<string, number> = { a: 60, b: 60, c: 30, small: 10, huge: 1000 }
const pathOf = (name: string): string => `/models/${name}.gguf`
const models = Object.fromEntries(Object.entries(sizes).map(([name, bytes]) => [pathOf(name), { bytes }]))

const want = (name: string): WantedModel => ({
  key: name,
  recipe: name,
  name,
  loadedAs: {},
  hold: () => Promise.resolve({ path: pathOf(name), release: () => {} }),
})

interface Opened extends AsyncDisposable {
  llama: FakeLlama
  pool: SharedModels
  /** What was told to be loaded, one after another. */
  told: string[][]
  use: (names: string[], work?: () => Promise<unknown>, signal?: AbortSignal) => Promise<unknown>
}

/** A machine with 100 bytes of memory. */
function open(wrap: (llama: FakeLlama) => LlamaRuntime = (llama) => llama): Opened {
  const llama = createFakeLlama({ memoryBytes: 100, models })
  const told: string[][] = []
  const pool = new SharedModels(wrap(llama), {
    patienceMs: 0,
    onChange: (loaded) => told.push(loaded.map(({ file }) => file)),
  })
  return {
    llama,
    pool,
    told,
    use: (names, work = () => Promise.resolve('done'), signal = new AbortController().signal) =>
      pool.use(names.map(want), { signal, onProgress: () => {} }, work),
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]()
      await llama[Symbol.asyncDispose]()
    },
  }
}

/** Work that goes on until it is told to end. */
function held(): { work: () => Promise<string>; begun: Promise<void>; end: () => void } {
  let end = (): void => {}
  let begin = (): void => {}
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const ended = new Promise<void>((resolve) => (end = resolve))
  const work = async (): Promise<string> => {
    begin()
    await ended
    return 'done'
  }
  return { work, begun, end: () => end() }
}

test('an idle model goes where another finds no room beside it', async () => {
  await using opened = open()
  expect(await opened.use(['a'])).toBe('done')
  expect(await opened.use(['b'])).toBe('done')
  expect(opened.told).toEqual([['a'], [], ['b']])
})

test('an idle model goes, and what is too large even so is refused with the numbers', async () => {
  await using opened = open()
  await opened.use(['small'])
  await expect(opened.use(['huge'])).rejects.toMatchObject({
    code: 'model-too-large',
    memory: { needed: { ram: 1000 }, free: { ram: 100 } },
  })
  expect(await opened.use(['small'])).toBe('done')
})

test('two models stay loaded after their last use where there is room', async () => {
  await using opened = open()
  for (const name of ['a', 'c', 'a', 'c', 'small']) await opened.use([name])
  expect(opened.told).toEqual([['a'], ['a', 'c'], ['a', 'c', 'small'], ['c', 'small']])
})

test('weights that two contexts share are told once', async () => {
  await using opened = open()
  const sizesOf = (contextSize: number): WantedModel => ({ ...want('small'), key: `small ${contextSize}`, loadedAs: { contextSize } })
  const options = { signal: new AbortController().signal, onProgress: () => {} }
  await opened.pool.use([sizesOf(256), sizesOf(512)], options, () => Promise.resolve())
  expect(opened.told).toEqual([['small'], ['small']])
})

test('who finds no room waits for those in use, and takes it before those who come later', async () => {
  let noRoom = (): void => {}
  const foundNoRoom = new Promise<void>((resolve) => (noRoom = resolve))
  await using opened = open((llama) => ({
    info: llama.info,
    loadModel: (options) =>
      llama.loadModel(options).catch((error: unknown) => {
        noRoom()
        throw error
      }),
    [Symbol.asyncDispose]: () => llama[Symbol.asyncDispose](),
  }))
  const [first, second] = [held(), held()]
  const order: string[] = []
  const using = opened.use(['a'], first.work).then(() => order.push('first a'))
  await first.begun
  const waiting = opened.use(['b'], second.work).then(() => order.push('b'))
  await foundNoRoom
  await setImmediate()
  const later = opened.use(['a']).then(() => order.push('later a'))
  first.end()
  await second.begun
  second.end()
  await Promise.all([using, waiting, later])
  expect(order).toEqual(['first a', 'b', 'later a'])
})

test('models that fit beside each other are used at once', async () => {
  await using opened = open()
  const [first, second] = [held(), held()]
  const both = [opened.use(['a'], first.work), opened.use(['c'], second.work)]
  await Promise.all([first.begun, second.begun])
  expect(opened.told.at(-1)).toEqual(['a', 'c'])
  first.end()
  second.end()
  await Promise.all(both)
})

test('a set that never fits is refused with what all of it takes', async () => {
  await using opened = open()
  await expect(opened.use(['a', 'b'])).rejects.toMatchObject({
    code: 'model-too-large',
    message: expect.stringMatching(
      /^a and b are needed at once and take about .+ together, but .+ are there/,
    ),
  })
  expect(await opened.use(['a', 'c'])).toBe('done')
})

test('what a set takes includes those of it that were loaded before', async () => {
  const GiB = 2 ** 30
  const llama = createFakeLlama({
    memoryBytes: 100 * GiB,
    models: { [pathOf('a')]: { bytes: 60 * GiB }, [pathOf('b')]: { bytes: 60 * GiB } },
  })
  await using pool = new SharedModels(llama, { onChange: () => {} })
  const use = (...names: string[]): Promise<unknown> =>
    pool.use(names.map(want), { signal: new AbortController().signal, onProgress: () => {} }, async () => {})
  const message =
    'are needed at once and take about 120.0 GiB of memory together, but 100.0 GiB are there for them.'
  await expect(use('a', 'b')).rejects.toThrow(message)
  for (const names of ['ab', 'ba']) {
    await use('a')
    await expect(use(...names)).rejects.toThrow(message)
  }
})

test('work that waits for a model within another never waits for itself', async () => {
  await using opened = open()
  await expect(opened.use(['a'], () => opened.use(['b']))).rejects.toMatchObject({ code: 'model-too-large' })
  expect(await opened.use(['a'], () => opened.use(['c']))).toBe('done')
})

test('two that each hold a model and want the other’s room: one is refused, and the other goes on', async () => {
  await using opened = open()
  const [first, second] = [held(), held()]
  const outcomes = [
    opened.use(['c'], async () => {
      await first.work()
      return opened.use(['a'])
    }),
    opened.use(['a'], async () => {
      await second.work()
      return opened.use(['b'])
    }),
  ]
  await Promise.all([first.begun, second.begun])
  first.end()
  second.end()
  const settled = await Promise.allSettled(outcomes)
  expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
})

test('who is cancelled in line leaves it, and a load that nobody waits for any more is given up', async () => {
  await using opened = open()
  const first = held()
  const using = opened.use(['a'], first.work)
  await first.begun
  const cancel = new AbortController()
  const waiting = opened.use(['b'], undefined, cancel.signal)
  await setImmediate()
  cancel.abort(new Error('no more'))
  await expect(waiting).rejects.toThrow('no more')
  expect(await opened.use(['a'])).toBe('done')
  first.end()
  await using
})

test('a run that takes models in turn keeps none of those before, and none that others hold goes', async () => {
  await using opened = open()
  await opened.use(['small'])
  opened.pool.hold('other', ['small'], false)
  opened.pool.hold('sweep', ['a'], true)
  await opened.use(['a'])
  opened.pool.hold('sweep', ['c'], true)
  await opened.use(['c'])
  expect(opened.told).toEqual([['small'], ['small', 'a'], ['small'], ['small', 'c']])
  opened.pool.hold('other', [], false)
  opened.pool.hold('sweep', ['c'], true)
  expect(opened.told.at(-1)).toEqual(['c'])
})

test('a file can be replaced when nobody uses its model', async () => {
  await using opened = open()
  const work = held()
  const using = opened.use(['a'], work.work)
  await work.begun
  expect(await opened.pool.free(pathOf('a'))).toBe(false)
  work.end()
  await using
  expect(await opened.pool.free(pathOf('a'))).toBe(true)
  expect(opened.llama.loaded()).toEqual({})
})

const use = fc.record({
  names: fc.uniqueArray(fc.constantFrom(...Object.keys(sizes)), { minLength: 1, maxLength: 3 }),
  /** Turns of the event loop: how long it works, when it is cancelled, when it comes. */
  works: fc.nat(6),
  cancelled: fc.option(fc.nat(12), { nil: undefined, freq: 3 }),
  after: fc.nat(10),
  within: fc.option(fc.constantFrom(...Object.keys(sizes)), { nil: undefined, freq: 3 }),
  fails: fc.boolean(),
  beside: fc.constantFrom('unload', 'hold alone', 'hold nothing', 'nothing'),
})

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate()
}

test('whatever comes in whatever order, every use settles, and nothing is left in memory', async () => {
  const codes: Record<string, number> = {}
  await fc.assert(
    fc.asyncProperty(
      fc.array(use, { minLength: 1, maxLength: 10 }),
      fc.array(fc.boolean()),
      async (uses, failures) => {
        let loads = 0
        const opened = open((llama) => ({
          info: llama.info,
          loadModel: async (options) => {
            if (failures[loads++] === true) {
              await setImmediate()
              throw new Error('the disk broke')
            }
            return llama.loadModel(options)
          },
          [Symbol.asyncDispose]: () => llama[Symbol.asyncDispose](),
        }))
        const outcomes = uses.map(
          async ({ names, works, cancelled, after, within, fails, beside }, index) => {
            await turns(after)
            const cancel = new AbortController()
            if (cancelled !== undefined)
              void turns(cancelled).then(() => cancel.abort(new Error('cancelled')))
            if (beside === 'hold alone') opened.pool.hold(`run ${index}`, names, true)
            try {
              await opened.use(
                names,
                async () => {
                  await turns(works)
                  if (within !== undefined) await opened.use([within], () => turns(works), cancel.signal)
                  if (fails) throw new Error('the work failed')
                },
                cancel.signal,
              )
              return 'done'
            } catch (error) {
              return (error as { code?: string }).code ?? (error as Error).message
            } finally {
              if (beside === 'unload') await opened.pool.unloadIdle()
              if (beside === 'hold nothing') opened.pool.hold(`run ${index}`, [], false)
            }
          },
        )
        let settled: string[] | undefined
        void Promise.all(outcomes).then((all) => (settled = all))
        const forEver = performance.now() + inject('patience')
        while (settled === undefined && performance.now() < forEver) await setImmediate()
        if (settled === undefined) throw new Error('some never settle')
        for (const code of settled) codes[code] = (codes[code] ?? 0) + 1
        await opened.pool.unloadIdle()
        expect(opened.llama.loaded()).toEqual({})
        await opened[Symbol.asyncDispose]()
      },
    ),
    { numRuns: process.env['WOOLGATHER_TEST_FULL'] === undefined ? 100 : 3_000 },
  )
  for (const code of ['done', 'model-too-large', 'cancelled', 'the disk broke', 'the work failed']) {
    expect(codes[code], code).toBeGreaterThan(5)
  }
})
