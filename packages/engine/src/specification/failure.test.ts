import { expect, test } from 'vitest'
import { graph, labelled, node, registryWith, run, story } from '../testing/graph.ts'

/*
   bad ──► after
   good ──► fine
*/
test('a failure takes only what depends on it [R25]', async () => {
  const { status, outputs, errors, events } = await run(
    graph({
      bad: { type: 'test/fail', inputs: { value: 1 } },
      after: { type: 'test/add', links: { a: ['bad', 'value'] } },
      good: { type: 'test/constant', inputs: { value: 1 } },
      fine: { type: 'test/add', links: { a: ['good', 'value'] } },
    }),
  )
  expect({ status, outputs, errors }).toEqual({
    status: 'partial',
    outputs: { after: {}, fine: { sum: 1 } },
    errors: [{ code: 'node-failed', message: 'cannot take 1', node: 'bad' }],
  })
  expect(events.find((event) => event.type === 'cell.skipped')).toMatchObject({
    node: 'after',
    reason: '`bad` failed',
    because: 'failed',
  })
})

test('a run in which nothing was reached has failed [R26]', async () => {
  const { status } = await run(graph({ bad: { type: 'test/fail', inputs: { value: 1 } } }))
  expect(status).toBe('failed')
})

test('a collecting node is given what succeeded and told what did not [R27]', async () => {
  const { outputs } = await run(
    graph({
      x: { type: 'test/axis', inputs: { values: [1, 2, 3] } },
      picky: { type: 'test/fail', inputs: { on: 2 }, links: { value: ['x', 'value'] } },
      after: { type: 'test/add', links: { a: ['picky', 'value'] } },
      all: { type: 'test/gather', links: { values: ['after', 'sum'] } },
    }),
  )
  expect(outputs['all']).toMatchObject({ total: 4 })
  expect(labelled(outputs['all']?.['table']).cells[1]).toEqual({
    at: { x: 1 },
    skipped: '`picky` failed',
  })
})

test.each<[string, unknown, object]>([
  ['an Error', new Error('oops'), { code: 'node-failed', message: 'oops' }],
  ['text', 'oops', { code: 'node-failed', message: 'oops' }],
  ['nothing', undefined, { code: 'node-failed', message: 'undefined' }],
  [
    'an error with a known code',
    Object.assign(new Error('too long'), { code: 'context-too-long', hint: 'Shorten it.' }),
    { code: 'context-too-long', message: 'too long', hint: 'Shorten it.' },
  ],
  [
    'an error with an unknown code',
    Object.assign(new Error('no'), { code: 'EWHATEVER' }),
    { code: 'node-failed', message: 'no' },
  ],
  [
    'an error with a cause',
    new Error('outer', { cause: new Error('inner') }),
    { code: 'node-failed', message: 'outer', cause: 'inner' },
  ],
  [
    'an object that cannot be shown',
    {
      toString: () => {
        throw new Error('no')
      },
    },
    { code: 'node-failed', message: 'something that cannot be shown was thrown' },
  ],
])('a node that throws %s fails with a code and a message', async (_name, thrown, expected) => {
  const thrower = node('thrower', () => Promise.reject(thrown as Error))
  const { errors } = await run(graph({ t: { type: 'test/thrower' } }), { registry: registryWith(thrower) })
  expect(errors).toEqual([{ node: 't', ...expected }])
})

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'The node returned no object of outputs.'],
  ['an output missing', {}, 'Output `value` is missing; outputs must be JSON.'],
  ['NaN', { value: Number.NaN }, 'Output `value` contains NaN; outputs must be JSON.'],
  ['a function', { value: () => 1 }, 'Output `value` contains a function; outputs must be JSON.'],
  ['a Date', { value: { when: new Date(0) } }, 'Output `value` contains a Date; outputs must be JSON.'],
])('a node that returns %s fails as invalid-output', async (_name, result, message) => {
  const odd = node('odd', () => null, { run: () => result as never })
  const { errors } = await run(graph({ odd: { type: 'test/odd' } }), { registry: registryWith(odd) })
  expect(errors).toEqual([{ code: 'invalid-output', message, node: 'odd' }])
})

test('a value that contains itself is refused, not followed for ever [R32]', async () => {
  const self: unknown[] = []
  self.push(self)
  const odd = node('odd', () => self)
  const { errors } = await run(graph({ odd: { type: 'test/odd' } }), { registry: registryWith(odd) })
  expect(errors[0]?.code).toBe('invalid-output')
})

test('nobody can change a value that others read [R32]', async () => {
  const giver = node('giver', () => ({ list: [1, 2] }))
  const vandal = node('vandal', (value) => {
    ;(value as { list: number[] }).list.push(3)
    return value
  })
  const reader = node('reader', (value) => value)
  vandal.inputs['value'] = { type: 'any', description: 'Unparsed, and so not copied.' }
  const { outputs, errors } = await run(
    graph({
      giver: { type: 'test/giver' },
      vandal: { type: 'test/vandal', links: { value: ['giver', 'value'] } },
      reader: { type: 'test/reader', links: { value: ['giver', 'value'] } },
    }),
    { registry: registryWith(giver, vandal, reader) },
  )
  expect(outputs['reader']).toEqual({ value: { list: [1, 2] } })
  expect(errors[0]).toMatchObject({ node: 'vandal', code: 'node-failed' })
})

test('a node of a missing type fails, and the rest runs', async () => {
  const { status, outputs, errors } = await run(
    graph({
      ghost: { type: 'ghost/ghost' },
      after: { type: 'test/add', links: { a: ['ghost', 'value'] } },
      fine: { type: 'test/constant', inputs: { value: 1 } },
    }),
  )
  expect({ status, outputs, codes: errors.map(({ code, node }) => [node, code]) }).toEqual({
    status: 'partial',
    outputs: { after: {}, fine: { value: 1 } },
    codes: [['ghost', 'unknown-node-type']],
  })
})

test('nodes on a cycle fail, and the rest runs', async () => {
  const { status, outputs, errors } = await run(
    graph({
      a: { type: 'test/add', links: { a: ['b', 'sum'] } },
      b: { type: 'test/add', links: { a: ['a', 'sum'] } },
      behind: { type: 'test/add', links: { a: ['b', 'sum'] } },
      fine: { type: 'test/constant', inputs: { value: 1 } },
    }),
  )
  expect(status).toBe('partial')
  expect(outputs['fine']).toEqual({ value: 1 })
  expect(errors.map(({ code }) => code)).toEqual(['cycle'])
})

test('a literal that its node refuses fails that node with node and input [R28]', async () => {
  const { errors } = await run(graph({ sum: { type: 'test/add', inputs: { a: 'three' } } }))
  expect(errors).toEqual([
    {
      code: 'invalid-input',
      message: '`sum.a` must be a number, is "three".',
      node: 'sum',
      input: 'a',
      hint: 'One number.',
    },
  ])
})

test('a value over a link that does not fit fails the cell with node and input [R28]', async () => {
  const { errors } = await run(
    graph({
      word: { type: 'test/constant', inputs: { value: 'three' } },
      sum: { type: 'test/add', links: { a: ['word', 'value'] } },
    }),
  )
  expect(errors).toEqual([
    {
      code: 'invalid-input',
      message: '`sum.a` must be a number, is "three".',
      node: 'sum',
      input: 'a',
      hint: 'One number.',
    },
  ])
})

test('a node that may be tried again is, after a pause that doubles [R29]', async () => {
  const times: number[] = []
  const flaky = node(
    'flaky',
    () => {
      times.push(performance.now())
      if (times.length < 3) throw new Error('not yet')
      return times.length
    },
    { retry: { attempts: 3, delayMs: 20 } },
  )
  const { outputs, status } = await run(graph({ f: { type: 'test/flaky' } }), {
    registry: registryWith(flaky),
  })
  expect({ outputs, status }).toEqual({ outputs: { f: { value: 3 } }, status: 'completed' })
  const [first = 0, second = 0, third = 0] = times
  expect(second - first).toBeGreaterThan(18)
  expect(third - second).toBeGreaterThan(36)
})

test('when every attempt fails the last error is told, and only once [R29]', async () => {
  let attempts = 0
  const flaky = node('flaky', () => Promise.reject(new Error(`attempt ${++attempts}`)), {
    retry: { attempts: 2, delayMs: 1 },
  })
  const { errors, events } = await run(graph({ f: { type: 'test/flaky' } }), {
    registry: registryWith(flaky),
  })
  expect(errors.map(({ message }) => message)).toEqual(['attempt 2'])
  expect(story(events).filter((line) => line === 'f failed')).toHaveLength(1)
})

test('a cell that takes longer than its type allows fails with timeout and is told to stop [R30]', async () => {
  let stopped = false
  const slow = node(
    'slow',
    (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          stopped = true
          reject(signal.reason as Error)
        })
      }),
    { timeoutMs: 20 },
  )
  const { errors } = await run(graph({ s: { type: 'test/slow' } }), { registry: registryWith(slow) })
  expect({ errors, stopped }).toEqual({
    errors: [{ code: 'timeout', message: '`s` took longer than 0.02 s.', node: 's' }],
    stopped: true,
  })
})

test('a node that never ends after it was told to is given up [R30]', async () => {
  const deaf = node('deaf', () => new Promise(() => undefined), { timeoutMs: 10 })
  const { status, errors } = await run(graph({ d: { type: 'test/deaf' } }), {
    registry: registryWith(deaf),
    graceMs: 20,
  })
  expect({ status, code: errors[0]?.code }).toEqual({ status: 'failed', code: 'timeout' })
})

test('a run that failed leaves the next one whole', async () => {
  const workflow = graph({
    bad: { type: 'test/fail', inputs: { value: 1 } },
    fine: { type: 'test/constant', inputs: { value: 1 } },
  })
  const first = await run(workflow)
  const second = await run(workflow)
  expect(second.outputs).toEqual(first.outputs)
  expect(second.errors).toEqual(first.errors)
})

test('outputs that cannot be stored fail the cell instead of hanging the run', async () => {
  const artifacts = {
    put: () => {
      throw new Error('disk full')
    },
    get: () => Promise.resolve(undefined),
  }
  const { status, errors } = await run(
    graph({ long: { type: 'test/constant', inputs: { value: 'x'.repeat(5000) } } }),
    { artifacts },
  )
  expect({ status, errors }).toEqual({
    status: 'failed',
    errors: [
      { code: 'write-failed', message: 'The outputs could not be stored.', node: 'long', cause: 'disk full' },
    ],
  })
})

test('errors come in the order of coordinates, whichever cell failed first by the clock [R31]', async () => {
  const slowest = node('slowest', async (value) => {
    // the first is the last to fail
    await new Promise((resolve) => setTimeout(resolve, 40 - 10 * Number(value)))
    throw new Error(`no ${String(value)}`)
  })
  const { errors } = await run(
    graph({
      x: { type: 'test/axis', inputs: { values: [0, 1, 2, 3] } },
      fails: { type: 'test/slowest', links: { value: ['x', 'value'] } },
    }),
    { registry: registryWith(slowest) },
  )
  expect(errors.map(({ at, message }) => [at, message])).toEqual([
    [{ x: 0 }, 'no 0'],
    [{ x: 1 }, 'no 1'],
    [{ x: 2 }, 'no 2'],
    [{ x: 3 }, 'no 3'],
  ])
})
