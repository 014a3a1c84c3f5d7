import { writeRandomLora, writeRandomModel } from '@woolgather/ggml/testing'
import { beforeAll, expect, test } from 'vitest'
import type { RunEvent, WorkflowNode } from '@woolgather/workflow'
import { woolgather } from './cli.ts'
import { createScratch } from './scratch.ts'

/** What is wrong, and how the node that finds it must fail. */
interface Case {
  node: WorkflowNode
  /** The output of `node` that leads to the story, and which input it goes to. */
  into: 'constraint' | 'sampler' | 'model' | 'prompt'
  output: string
  /** Where it shows: at the node itself, or where the model is first used. */
  at: 'node' | 'story'
  error: { code: string; input?: string; message: RegExp }
}

const constraint = { into: 'constraint', output: 'constraint', at: 'node' } as const
const demo = { model: ['model', 'model'] } satisfies WorkflowNode['links']

const cases: Record<string, Case> = {
  'a regex with an open group': {
    ...constraint,
    node: { type: 'steering/regex', inputs: { pattern: 'a(b' } },
    error: { code: 'invalid-input', input: 'pattern', message: /character|group/i },
  },
  'a regex that looks around inside': {
    ...constraint,
    node: { type: 'steering/regex', inputs: { pattern: 'a(?=b)c' } },
    error: { code: 'invalid-input', input: 'pattern', message: /look/i },
  },
  'a regex that refers back': {
    ...constraint,
    node: { type: 'steering/regex', inputs: { pattern: '(a|b)\\1' } },
    error: { code: 'invalid-input', input: 'pattern', message: /back-?reference/i },
  },
  'a GBNF grammar with an error': {
    ...constraint,
    node: { type: 'steering/grammar', inputs: { grammar: 'root ::= "a"\n  word ::= [a-z' } },
    error: { code: 'invalid-input', input: 'grammar', message: /line 2.*column \d+/i },
  },
  'a grammar with a rule that is nowhere': {
    ...constraint,
    node: { type: 'steering/grammar', inputs: { grammar: 'root ::= "a" |\n  wrod' } },
    error: { code: 'invalid-input', input: 'grammar', message: /wrod.*line 2.*column 3/i },
  },
  'a Lark grammar with an error': {
    ...constraint,
    node: { type: 'steering/grammar', inputs: { notation: 'lark', grammar: 'start: "a"\nword: (' } },
    error: { code: 'invalid-input', input: 'grammar', message: /line 2.*column \d+/i },
  },
  'a grammar that no text can meet': {
    ...constraint,
    node: { type: 'steering/grammar', inputs: { grammar: 'root ::= "a" root' } },
    error: { code: 'invalid-input', input: 'grammar', message: /root|match|end/i },
  },
  'a JSON schema with a keyword that cannot be enforced': {
    ...constraint,
    node: { type: 'steering/json-schema', inputs: { schema: { contains: {}, unevaluatedItems: false } } },
    error: { code: 'invalid-input', input: 'schema', message: /unevaluatedItems/ },
  },
  'a word bias without a weight': {
    into: 'sampler',
    output: 'sampler',
    at: 'node',
    node: { type: 'steering/logit-bias', inputs: { words: 'moon: 3\ndragon' } },
    error: { code: 'invalid-input', input: 'words', message: /Line 2.*dragon/ },
  },
  'a word bias with a word for a weight that is none': {
    into: 'sampler',
    output: 'sampler',
    at: 'node',
    node: { type: 'steering/logit-bias', inputs: { words: 'dragon: sometimes' } },
    error: { code: 'invalid-input', input: 'words', message: /sometimes/ },
  },
  'weights of a mix that cancel out': {
    into: 'prompt',
    output: 'mix',
    at: 'node',
    node: { type: 'steering/mix', inputs: { prompts: ['Hi', 'Bye'], weights: [1, -1] } },
    error: { code: 'invalid-input', input: 'weights', message: /sum to 0/ },
  },
  'a mix of models with different vocabularies': {
    into: 'prompt',
    output: 'mix',
    at: 'story',
    node: {
      type: 'steering/mix',
      inputs: { prompts: ['Hi'], weights: [0.5, 0.5] },
      links: {
        models: [
          ['model', 'model'],
          ['other', 'model'],
        ],
      },
    },
    error: { code: 'vocabulary-mismatch', message: /1472.*320|320.*1472/ },
  },
  'a LoRA of another shape': {
    into: 'model',
    output: 'model',
    at: 'story',
    node: {
      type: 'lora/apply',
      inputs: { lora: { kind: 'lora', file: 'narrow.lora.gguf', strength: 1 } },
      links: demo,
    },
    error: { code: 'adapter-mismatch', message: /narrow\.lora\.gguf/ },
  },
  'a model file where a LoRA belongs': {
    into: 'model',
    output: 'model',
    at: 'story',
    node: {
      type: 'lora/apply',
      inputs: { lora: { kind: 'lora', file: 'demo/storyteller.gguf', strength: 1 } },
      links: demo,
    },
    error: { code: 'adapter-mismatch', message: /storyteller\.gguf/ },
  },
  'a control vector of another model': {
    into: 'model',
    output: 'model',
    at: 'story',
    node: {
      type: 'steering/steer',
      inputs: { vector: { kind: 'vector', directions: { '1': 'AACAPwAAgD8=' } } },
      links: demo,
    },
    error: { code: 'vector-mismatch', message: /2/ },
  },
}

const names = Object.keys(cases)
let events: RunEvent[] = []

/*
   model ──┬────────────► story-0
   other   └─► cause-0 ──────┘       and so for each case
*/
function graph(): Record<string, WorkflowNode> {
  const model = (file: string): WorkflowNode => ({ type: 'loading/model', inputs: { file } })
  const branches = Object.values(cases).flatMap(({ node, into, output }, index) => {
    const prompt = into === 'prompt' ? {} : { prompt: 'Tell me a story.' }
    const links = { ...demo, [into]: [`cause-${index}`, output] as [string, string] }
    return [
      [`cause-${index}`, node] as const,
      [`story-${index}`, { type: 'generation/generate', inputs: { ...prompt, seed: 1 }, links }] as const,
    ]
  })
  return {
    model: model('demo/storyteller.gguf'),
    other: model('other.gguf'),
    ...Object.fromEntries(branches),
  }
}

beforeAll(async () => {
  await using scratch = await createScratch()
  await writeRandomModel(scratch.path('other.gguf'))
  await writeRandomLora(scratch.path('narrow.lora.gguf'), { embeddingSize: 64 })
  const file = await scratch.writeWorkflow(graph())
  const folders = ['--models', scratch.folder, '--data', scratch.path('data'), '--output', scratch.folder]
  const { code, stdout, stderr } = await woolgather(['run', file, '--json', ...folders])
  expect({ code, stderr }).toMatchObject({ code: 1 })
  events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent)
})

test.each(names)('%s is told by the node that finds it', (name) => {
  const { at, error } = cases[name]!
  const index = names.indexOf(name)
  const failed = events.find(
    (event) => event.type === 'cell.failed' && event.node === `${at === 'node' ? 'cause' : 'story'}-${index}`,
  )
  expect(failed).toMatchObject({
    error: {
      code: error.code,
      message: expect.stringMatching(error.message),
      ...(error.input !== undefined && { input: error.input }),
    },
  })
})

test('and no story has a single token by then', () => {
  expect(events.filter(({ type }) => type === 'cell.token')).toEqual([])
  const stories = events.flatMap((event) =>
    (event.type === 'cell.failed' || event.type === 'cell.skipped') && event.node.startsWith('story')
      ? [event.node]
      : [],
  )
  expect(new Set(stories).size).toBe(names.length)
})
