import { z } from 'zod'
import {
  isLabelled,
  type Json,
  type LabelledValue,
  type RunEvent,
  type Workflow,
  type WorkflowNode,
} from '@woolgather/workflow'
import { defineNode, type NodeContext, type NodeDefinition } from '../nodes/define-node.ts'
import { executeWorkflow, type ExecuteOptions } from '../run/execute-workflow.ts'
import { createRegistry, type Registry } from '../nodes/registry.ts'
import type { RunResult } from '../run/run-result.ts'

/** Node types small enough to see through, for specifications about graphs. */
export const constant: NodeDefinition = defineNode({
  type: 'test/constant',
  version: 1,
  title: 'Constant',
  description: 'Gives its value.',
  inputs: { value: { type: 'any', description: 'What to give.', schema: z.json() } },
  outputs: { value: { type: 'any', description: 'The value.' } },
  run: ({ value }) => ({ value }),
})

export const add: NodeDefinition = defineNode({
  type: 'test/add',
  version: 1,
  title: 'Add',
  description: 'Adds two numbers.',
  inputs: {
    a: { type: 'number', description: 'One number.', schema: z.number().default(0) },
    b: { type: 'number', description: 'Another number.', schema: z.number().default(0) },
  },
  outputs: { sum: { type: 'number', description: 'Their sum.' } },
  run: ({ a, b }) => ({ sum: a + b }),
})

export const axis: NodeDefinition = defineNode({
  type: 'test/axis',
  version: 1,
  title: 'Axis',
  description: 'Spreads a list.',
  inputs: { values: { type: 'list', description: 'The list.', schema: z.array(z.json()) } },
  outputs: { value: { type: 'any', description: 'One of them.', spreads: true } },
  run: ({ values }) => ({ value: values }),
})

export const gather: NodeDefinition = defineNode({
  type: 'test/gather',
  version: 1,
  title: 'Gather',
  description: 'Collects a value over axes.',
  reduces: 'over',
  inputs: {
    values: { type: 'any', description: 'What to collect.', collects: true },
    over: { type: 'text', description: 'Axes to reduce.', schema: z.string().default('') },
  },
  outputs: {
    table: { type: 'json', description: 'The labelled value.' },
    total: { type: 'number', description: 'Sum of the numbers in it.' },
  },
  run: ({ values }) => ({
    table: values as unknown as Json,
    total: values.cells.reduce(
      (sum, cell) => sum + ('value' in cell && typeof cell.value === 'number' ? cell.value : 0),
      0,
    ),
  }),
})

export const range: NodeDefinition = defineNode({
  type: 'test/range',
  version: 1,
  title: 'Range',
  description: 'An axis that is as long as a number says, at most three.',
  inputs: { n: { type: 'number', description: 'How long, modulo four.', schema: z.number() } },
  outputs: { value: { type: 'number', description: 'From 0.', spreads: true } },
  run: ({ n }) => ({ value: Array.from({ length: Math.abs(n) % 4 }, (_, i) => i) }),
})

export const even: NodeDefinition = defineNode({
  type: 'test/even',
  version: 1,
  title: 'Even',
  description: 'Whether a number is even.',
  inputs: { n: { type: 'number', description: 'The number.', schema: z.number() } },
  outputs: { boolean: { type: 'boolean', description: 'Whether it is.' } },
  run: ({ n }) => ({ boolean: n % 2 === 0 }),
})

export const fail: NodeDefinition = defineNode({
  type: 'test/fail',
  version: 1,
  title: 'Fail',
  description: 'Fails where its value is what it fails on.',
  inputs: {
    value: { type: 'any', description: 'Handed on.', schema: z.json() },
    on: { type: 'any', description: 'Fails on this value; absent: always.', schema: z.json().optional() },
  },
  outputs: { value: { type: 'any', description: 'The value.' } },
  run: ({ value, on }) => {
    if (on === undefined || on === value) throw new Error(`cannot take ${JSON.stringify(value)}`)
    return { value }
  },
})

export const wait: NodeDefinition = defineNode({
  type: 'test/wait',
  version: 1,
  title: 'Wait',
  description: 'Hands a value on later.',
  inputs: {
    value: { type: 'any', description: 'Handed on.', schema: z.json() },
    milliseconds: { type: 'integer', description: 'How much later.', schema: z.int().min(0).default(5) },
  },
  outputs: { value: { type: 'any', description: 'The value.' } },
  run: ({ value, milliseconds }, { signal }) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => resolve({ value }), milliseconds)
      signal.addEventListener('abort', () => {
        clearTimeout(timer)
        reject(signal.reason as Error)
      })
    }),
})

export const choose: NodeDefinition = defineNode({
  type: 'test/choose',
  version: 1,
  title: 'Choose',
  description: 'Asks for one of two.',
  inputs: {
    condition: { type: 'boolean', description: 'Which.', schema: z.boolean() },
    yes: { type: 'any', description: 'If true.', schema: z.json(), lazy: true },
    no: { type: 'any', description: 'If false.', schema: z.json(), lazy: true },
  },
  outputs: { value: { type: 'any', description: 'The chosen one.' } },
  run: async ({ condition, yes, no }) => ({ value: await (condition ? yes() : no()) }),
})

export const template: NodeDefinition = defineNode({
  type: 'test/template',
  version: 1,
  title: 'Template',
  description: 'Fills in names.',
  dynamicInputs: { kind: 'placeholders', from: 'template', type: 'text' },
  inputs: { template: { type: 'text', description: 'Text with {{names}}.', schema: z.string() } },
  outputs: { text: { type: 'text', description: 'The text.' } },
  run: ({ template, dynamic }) => ({
    text: template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => String(dynamic[name])),
  }),
})

export const random: NodeDefinition = defineNode({
  type: 'test/random',
  version: 1,
  title: 'Random',
  description: 'Gives its seed.',
  inputs: { seed: { type: 'integer', description: 'The seed.', schema: z.int().optional() } },
  outputs: { seed: { type: 'integer', description: 'The seed.' } },
  run: (_, { seed }) => ({ seed }),
})

export const loopStart: NodeDefinition = defineNode({
  type: 'test/start',
  version: 1,
  title: 'Start',
  description: 'Begins a loop.',
  zone: 'start',
  dynamicInputs: { kind: 'slots', from: 'slots' },
  inputs: {
    slots: { type: 'json', description: 'Name → type.', schema: z.record(z.string(), z.string()) },
    maximum: { type: 'integer', description: 'Most iterations.', schema: z.int().min(0) },
  },
  outputs: { index: { type: 'integer', description: 'Which iteration.' } },
  run: (_, { iteration }) => ({ index: iteration }),
})

export const loopEnd: NodeDefinition = defineNode({
  type: 'test/end',
  version: 1,
  title: 'End',
  description: 'Ends a loop.',
  zone: 'end',
  dynamicInputs: { kind: 'zone-slots', from: 'start' },
  inputs: {
    start: { type: 'text', description: 'The start it belongs to.', schema: z.string() },
    stop: { type: 'boolean', description: 'Stops the loop.', schema: z.boolean().default(false) },
  },
  outputs: { count: { type: 'integer', description: 'How many iterations there were.' } },
  run: (_, { iteration }) => ({ count: iteration }),
})

export const testNodes: NodeDefinition[] = [
  constant,
  add,
  axis,
  gather,
  range,
  even,
  fail,
  wait,
  choose,
  template,
  random,
  loopStart,
  loopEnd,
]
export const testRegistry: Registry = createRegistry(testNodes)

/** A workflow of nodes written as briefly as they can be. */
export function graph(nodes: Record<string, WorkflowNode>, rest: Partial<Workflow> = {}): Workflow {
  return { format: 'woolgather', version: 1, name: 'test', nodes, ...rest }
}

/** Runs nodes to the end and gives the result with all events. */
export async function run(
  workflow: Workflow,
  options: Partial<ExecuteOptions<unknown>> = {},
): Promise<RunResult & { events: RunEvent[] }> {
  const events: RunEvent[] = []
  const result = await executeWorkflow({
    workflow,
    registry: testRegistry,
    services: {},
    run: 'r',
    ...options,
    emit: (event) => {
      events.push(event)
      options.emit?.(event)
    },
  })
  return { ...result, events }
}

/** The test nodes and some more, for cases that need a node of their own. */
export function registryWith(...extra: NodeDefinition[]): Registry {
  return createRegistry([...testNodes, ...extra])
}

/** A node with one input `value` and one output `value`, for cases that are about what its `run` does. */
export function node(
  name: string,
  run: (value: Json, context: NodeContext<unknown>) => unknown,
  rest: Partial<NodeDefinition> = {},
): NodeDefinition {
  return {
    type: `test/${name}`,
    version: 1,
    title: name,
    description: name,
    inputs: { value: { type: 'any', description: 'Anything.', schema: z.json().default(null) } },
    outputs: { value: { type: 'any', description: 'Anything.' } },
    run: async (inputs, context) => ({ value: (await run(inputs['value'] as Json, context)) as Json }),
    ...rest,
  }
}

/** Milliseconds that never pass in a test. */
export const forever: number = 2 ** 31 - 1

/** A place where so many have to meet before all of them go on, as often as they come. */
export function meetingOf(count: number): () => Promise<void> {
  let waiting: (() => void)[] = []
  return () =>
    new Promise((resolve) => {
      if (waiting.push(resolve) < count) return
      for (const goOn of waiting) goOn()
      waiting = []
    })
}

/** An output that was swept; anything else is a mistake of the test. */
export function labelled(value: Json | undefined): LabelledValue {
  if (!isLabelled(value)) throw new Error(`${JSON.stringify(value)} is no labelled value`)
  return value
}

/** What became of each cell, in order: `node`, coordinate, last part of the event's type. */
export function story(events: readonly RunEvent[]): string[] {
  return events.flatMap((event) => {
    if (!('node' in event)) return []
    const at = Object.values(event.at)
    const where = at.length === 0 ? '' : `[${at.join(',')}]`
    return [`${event.node}${where} ${event.type.slice('cell.'.length)}`]
  })
}
