import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRegistry, executeWorkflow, loadNodePackages } from '@woolgather/engine'
import { expect, test } from 'vitest'
import type { WorkflowNode } from '@woolgather/workflow'
import { definitions } from '../definitions.ts'
import type { NodeServices } from '../index.ts'
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
    tool: '',
    toolInput: '',
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

/*
   start ──► script ──► tools ──► weather ──► end       weather: the node that docs/custom-nodes.md shows
*/
test('a tool that is not built in is served by a node of its own, inside the loop of an agent', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'woolgather-tool-'))
  const page = await readFile(new URL('../../docs/custom-nodes.md', import.meta.url), 'utf8')
  const code = [...page.matchAll(/```js\n([^]*?)```/g)].map(([, block]) => block as string)
  await writeFile(join(folder, 'index.mjs'), code[1] as string)
  await writeFile(join(folder, 'package.json'), '{"main": "index.mjs"}')
  const custom = await loadNodePackages<NodeServices>([folder])
  await rm(folder, { recursive: true })
  const replies = [
    '{"tool": "weather", "input": "Rome"}',
    '{"tool": "calculator", "input": "6 * 7"}',
    '{"tool": "rm", "input": "/"}',
    'Sunny.',
  ]
  const { outputs, errors } = await executeWorkflow({
    registry: createRegistry([...definitions, ...custom]),
    services: {} as NodeServices,
    workflow: {
      format: 'woolgather',
      version: 1,
      name: 'agent',
      nodes: {
        start: {
          type: 'loopback/start',
          inputs: { slots: { messages: 'messages' }, messages: [], maximum: 9 },
        },
        script: {
          type: 'logic/switch',
          links: { choice: ['start', 'index'], cases: replies.map((_, i) => [`r${i}`, 'text'] as const) },
        },
        ...Object.fromEntries(replies.map((text, i) => [`r${i}`, { type: 'text/text', inputs: { text } }])),
        tools: {
          type: 'loopback/tools',
          inputs: { tools: ['calculator', 'weather'] },
          links: { reply: ['script', 'value'], messages: ['start', 'messages'] },
        },
        weather: {
          type: 'mine/weather',
          links: {
            tool: ['tools', 'tool'],
            toolInput: ['tools', 'toolInput'],
            messages: ['tools', 'messages'],
          },
        },
        end: {
          type: 'loopback/end',
          inputs: { start: 'start' },
          links: { messages: ['weather', 'messages'], stop: ['tools', 'done'] },
        },
      },
    },
  })
  const said = (outputs['end']?.['messages'] ?? []) as { role: string; content: string }[]
  expect({ errors, said: said.map(({ role, content }) => `${role}: ${content}`) }).toEqual({
    errors: [],
    said: [
      `assistant: ${replies[0] as string}`,
      'user: Result of weather: it is sunny in Rome.',
      `assistant: ${replies[1] as string}`,
      'user: Result of calculator: 42',
      `assistant: ${replies[2] as string}`,
      'user: Result of rm: There is no tool “rm”; there is calculator and weather.',
      'assistant: Sunny.',
    ],
  })
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
