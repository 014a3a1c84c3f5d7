import { choicesOf, type Json, type RunEvent } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { definitions } from '../definitions.ts'
import { runGraph } from '../testing/run-graph.ts'

async function compare(a: unknown, operator: string, b: unknown): Promise<unknown> {
  const { outputs } = await runGraph({ c: { type: 'logic/compare', inputs: { a, operator, b } as never } })
  return outputs['c']?.['boolean']
}

test.each<[unknown, string, unknown, boolean]>([
  [1, '<', 2, true],
  [10, '>', 9, true],
  ['10', '>', 9, true],
  ['10', '<', '9', true],
  ['a', '=', 'a', true],
  ['a', '≠', 'A', true],
  [2, '≥', 2, true],
  [3, '≤', 2, false],
  [true, '=', 1, true],
])('%j %s %j is %j', async (a, operator, b, expected) => {
  expect(await compare(a, operator, b)).toBe(expected)
})

test('all needs every condition, any needs one', async () => {
  const condition = (value: boolean): object => ({
    type: 'logic/compare',
    inputs: { a: 1, b: value ? 1 : 2 },
  })
  const links = {
    conditions: [
      ['yes', 'boolean'],
      ['no', 'boolean'],
    ] as [string, string][],
  }
  const { outputs } = await runGraph({
    yes: condition(true) as never,
    no: condition(false) as never,
    all: { type: 'logic/all', links },
    any: { type: 'logic/any', links },
  })
  expect(outputs).toEqual({ all: { boolean: false }, any: { boolean: true } })
})

/*
   n ──► big? ──► if ──► all
         one side fails, but only where it is not chosen
*/
test('if computes only the chosen side, at each coordinate by itself', async () => {
  const events: RunEvent[] = []
  const { outputs, status } = await runGraph(
    {
      n: { type: 'matrix/axis', inputs: { values: [1, 5] } },
      big: { type: 'logic/compare', inputs: { operator: '>', b: 3 }, links: { a: ['n', 'value'] } },
      small: { type: 'text/template', inputs: { template: '{{n}} is small' }, links: { n: ['n', 'value'] } },
      large: { type: 'text/template', inputs: { template: '{{n}} is large' }, links: { n: ['n', 'value'] } },
      if: {
        type: 'logic/if',
        links: { condition: ['big', 'boolean'], whenTrue: ['large', 'text'], whenFalse: ['small', 'text'] },
      },
      all: { type: 'matrix/join', links: { values: ['if', 'value'] } },
    },
    (event) => events.push(event),
  )
  expect({ list: outputs['all']?.['list'], status }).toEqual({
    list: ['1 is small', '5 is large'],
    status: 'completed',
  })
  const skipped = events.flatMap((e) =>
    e.type === 'cell.skipped' ? [{ node: e.node, at: e.at, reason: e.reason }] : [],
  )
  expect(skipped).toEqual([
    { node: 'small', at: { n: 1 }, reason: 'not chosen' },
    { node: 'large', at: { n: 0 }, reason: 'not chosen' },
  ])
})

test('switch chooses by number or by name, and computes nothing else', async () => {
  const cases = [
    ['a', 'text'],
    ['broken', 'text'],
  ] as [string, string][]
  const nodes = {
    a: { type: 'text/text', inputs: { text: 'A' } },
    broken: {
      type: 'text/template',
      inputs: { template: '{{x}}' },
      links: { x: ['nothing', 'result'] as [string, string] },
    },
    nothing: { type: 'loopback/tools', inputs: { reply: 3 } as never },
  }
  const choose = async (choice: number | string): Promise<unknown> => {
    const { outputs, errors } = await runGraph({
      ...nodes,
      s: { type: 'logic/switch', inputs: { choice, names: 'first, second' }, links: { cases } },
    })
    return outputs['s']?.['value'] ?? errors[0]?.message
  }
  expect(await choose(0)).toBe('A')
  expect(await choose('first')).toBe('A')
  expect(await choose('second')).toBe('`nothing.reply` must be text, is 3.')
  expect(await choose(7)).toBe('There is no case 7 among 2.')
})

test.each(['>=', '≥'])('a comparison is written %s, in a document and on a link', async (operator) => {
  const { outputs } = await runGraph({
    typed: { type: 'logic/compare', inputs: { a: 3, operator, b: 3 } },
    sign: { type: 'text/text', inputs: { text: operator } },
    linked: { type: 'logic/compare', inputs: { a: 2, b: 3 }, links: { operator: ['sign', 'text'] } },
  })
  expect([outputs['typed'], outputs['linked']]).toEqual([{ boolean: true }, { boolean: false }])
})

test('every sign that keyboards lack has another way to write it', () => {
  const lacking = definitions.flatMap(({ type, inputs }) =>
    Object.entries(inputs).flatMap(([name, { schema }]) => {
      const choices =
        schema && choicesOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json)
      const written = Object.values(choices?.spellings ?? {})
      const typed = (choices?.values ?? []).map(String).filter((value) => /^[\x20-\x7e]*$/.test(value))
      return (choices?.values ?? [])
        .filter((value) => !typed.includes(String(value)) && !written.includes(String(value)))
        .map((value) => `${type}.${name} ${value}`)
    }),
  )
  expect(lacking).toEqual([])
})
