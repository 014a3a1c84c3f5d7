import { expect, test } from 'vitest'
import type { WorkflowNode } from '@woolgather/workflow'
import { runGraph } from '../testing/run-graph.ts'
import { calculate } from './calculate.ts'
import { findToolCall } from './find-tool-call.ts'

const start = (inputs: object): WorkflowNode => ({ type: 'loopback/start', inputs: inputs as never })

/*
   start ──► page ──► end
     └─ strength, seed ┘
*/
test('strength moves along its curve and the seed rises by one', async () => {
  const run = async (curve: string): Promise<unknown> => {
    const { outputs, errors } = await runGraph({
      start: start({
        slots: { n: 'text' },
        n: '',
        maximum: 3,
        strength: 1,
        finalStrength: 0,
        curve,
        seed: 40,
      }),
      page: {
        type: 'text/template',
        inputs: { template: '{{strength}} {{seed}} {{index}}' },
        links: { strength: ['start', 'strength'], seed: ['start', 'seed'], index: ['start', 'index'] },
      },
      end: { type: 'loopback/end', inputs: { start: 'start' }, links: { n: ['page', 'text'] } },
      all: { type: 'matrix/join', links: { values: ['end', 'history.n'] } },
    })
    expect(errors).toEqual([])
    return outputs['all']?.['list']
  }
  expect(await run('linear')).toEqual(['1 40 0', '0.5 41 1', '0 42 2'])
  const [, half] = (await run('aggressive')) as string[]
  expect(Number(half?.split(' ')[0])).toBeCloseTo(1 - Math.SQRT1_2)
  const [, lazy] = (await run('lazy')) as string[]
  expect(Number(lazy?.split(' ')[0])).toBeCloseTo(Math.SQRT1_2)
})

/*
   start ──► page ──► end
     └─► unchanged ──► stop
*/
test('a loop that has come to rest is stopped by unchanged', async () => {
  const { outputs } = await runGraph({
    start: start({ slots: { text: 'text' }, text: 'a', maximum: 50 }),
    page: {
      type: 'logic/if',
      inputs: { whenTrue: 'b', whenFalse: 'c' },
      links: { condition: ['isA', 'boolean'] },
    },
    isA: { type: 'logic/compare', inputs: { b: 'a' }, links: { a: ['start', 'text'] } },
    same: { type: 'loopback/unchanged', links: { before: ['start', 'text'], now: ['page', 'value'] } },
    end: {
      type: 'loopback/end',
      inputs: { start: 'start' },
      links: { text: ['page', 'value'], stop: ['same', 'boolean'] },
    },
  })
  expect(outputs['end']).toMatchObject({ text: 'c', count: 3 })
})

test('a loop stops when its text matches', async () => {
  const { outputs } = await runGraph({
    start: start({ slots: { text: 'text' }, text: '', maximum: 50 }),
    page: { type: 'text/template', inputs: { template: '{{t}}x' }, links: { t: ['start', 'text'] } },
    match: { type: 'text/matches', inputs: { pattern: 'x{4}$' }, links: { text: ['page', 'text'] } },
    end: {
      type: 'loopback/end',
      inputs: { start: 'start' },
      links: { text: ['page', 'text'], stop: ['match', 'boolean'] },
    },
  })
  expect(outputs['end']).toMatchObject({ text: 'xxxx', count: 4 })
})

test('a reply that calls a tool is answered, one that calls none is the answer', async () => {
  const call = async (reply: string): Promise<unknown> => {
    const { outputs } = await runGraph({
      tools: { type: 'loopback/tools', inputs: { reply, text: 'The sea is deep.\nThe moon is far.' } },
    })
    return outputs['tools']
  }
  expect(await call('Let me see: {"tool": "calculator", "input": "6 * 7"}')).toEqual({
    messages: [
      { role: 'assistant', content: 'Let me see: {"tool": "calculator", "input": "6 * 7"}' },
      { role: 'user', content: 'Result of calculator: 42' },
    ],
    done: false,
    answer: '',
    result: '42',
  })
  expect(await call('{"name": "search", "arguments": {"query": "how far is the moon"}}')).toMatchObject({
    result: expect.stringMatching(/^The moon is far\./) as string,
    done: false,
  })
  expect(await call('{"tool": "rm", "input": "/"}')).toMatchObject({
    result: 'There is no tool “rm”; there is calculator and search.',
  })
  expect(await call(' It is 42. ')).toMatchObject({ done: true, answer: 'It is 42.' })
})

test.each<[string, number]>([
  ['1 + 2 * 3', 7],
  ['(1 + 2) * 3', 9],
  ['2 ^ 3 ^ 2', 512],
  ['-2 ^ 2', -4],
  ['10 / 4', 2.5],
  ['0.1 + 0.2', 0.3],
  ['sqrt(16) + pi - pi', 4],
  ['7 × 6 ÷ 2', 21],
  ['10 % 4', 2],
])('%s is %d', (expression, value) => {
  expect(calculate(expression)).toBe(value)
})

test.each(['', '1 +', '(1', '1 2', 'process', 'constructor', '1 / 0', `${'('.repeat(600)}`])(
  '%j is refused',
  (expression) => {
    expect(() => calculate(expression)).toThrow()
  },
)

test('a tool call is found in a code block, behind other braces, and nowhere where there is none', () => {
  expect(findToolCall('{x} then ```json\n{"tool": "search", "input": "a } b"}\n```')).toEqual({
    tool: 'search',
    input: 'a } b',
  })
  expect(findToolCall('no call {"a": 1} here {')).toBeUndefined()
})
