import { expect, test } from 'vitest'
import { parseWorkflow } from '@woolgather/workflow'
import { readCarriedWorkflow } from './read-carried-workflow.ts'

const comfy = {
  last_node_id: 9,
  nodes: [{ id: 4, type: 'CheckpointLoaderSimple', widgets_values: ['sd.safetensors'] }],
  links: [[1, 4, 0, 3, 0, 'MODEL']],
  version: 0.4,
}
const comfyApi = { '3': { class_type: 'KSampler', inputs: { seed: 1, model: ['4', 0] } } }

test.each<[string, unknown]>([
  ['a ComfyUI workflow', comfy],
  ['a ComfyUI workflow in its API format', comfyApi],
  ['a ComfyUI workflow in its API format', { prompt: comfyApi, client_id: 'x' }],
  ['an InvokeAI workflow', { nodes: [{ type: 'invocation' }], edges: [], exposedFields: [] }],
  ['an n8n workflow', { nodes: [{ type: 'n8n-nodes-base.set', typeVersion: 1 }], connections: {} }],
  ['an n8n workflow', [{ name: 'x', nodes: [], connections: {} }]],
  ['a Flowise flow', { nodes: [{ data: { inputAnchors: [], baseClasses: [] } }], edges: [], viewport: {} }],
  ['a LangFlow flow', { name: 'x', data: { nodes: [], edges: [] } }],
  ['a ChainForge flow', { flow: { nodes: [], edges: [], viewport: {} }, cache: {} }],
  ['a Dify app', { kind: 'app', workflow: { graph: { nodes: [], edges: [] } } }],
  ['a Node-RED flow', [{ id: 'f1', type: 'tab', label: 'Flow 1' }]],
  ['a graph of another program', { nodes: [], edges: [] }],
  ['part of a Hugging Face model', { architectures: ['LlamaForCausalLM'], model_type: 'llama' }],
  ['part of a Hugging Face model', { peft_type: 'LORA', r: 8 }],
  ['a JSON Schema', { type: 'object', properties: { name: { type: 'string' } } }],
  ['a request to a chat model', { model: 'x', messages: [{ role: 'user', content: 'Hi' }] }],
])('says that a file is %s, whether it is opened, sent or pasted', (what, value) => {
  const expected = {
    code: 'foreign-file',
    message: `This is ${what}, not a workflow of Woolgather.`,
    hint: expect.any(String) as string,
  }
  expect(parseWorkflow(value).issues).toEqual([expected])
  expect(parseWorkflow(JSON.stringify(value)).issues).toEqual([expected])
  expect(readCarriedWorkflow(JSON.stringify(value, null, 2)).issues).toEqual([expected])
})

const mergekit = 'slices:\n  - sources: []\nmerge_method: slerp\nbase_model: a/b\ndtype: bfloat16\n'

test.each<[string, string]>([
  ['a mergekit configuration', mergekit],
  ['a mergekit configuration', `---\nlicense: mit\n---\n# Card\n\`\`\`yaml\n${mergekit}\`\`\`\n`],
  ['a mergekit-moe configuration', 'base_model: a/b\ngate_mode: hidden\nexperts:\n  - source_model: c\n'],
  ['a Dify app', 'app:\n  mode: workflow\nkind: app\nversion: 0.1.2\n'],
  ['a Rivet project', 'version: 4\ndata:\n  attachedData: {}\n  graphs:\n    x: {}\n'],
  ['a promptfoo configuration', 'prompts:\n  - "Tell {{x}}"\nproviders: [openai:gpt-4]\n'],
  ['an Ollama Modelfile', 'FROM ./x.gguf\nPARAMETER temperature 1\n'],
  ['a web page', '<!DOCTYPE html>\n<html><head></head></html>'],
  ['a grammar', 'root ::= "yes" | "no"\n'],
  ['a table, a row of JSON on each line', '{"a": 1}\n{"a": 2}\n'],
])('says that a text is %s', (what, text) => {
  expect(readCarriedWorkflow(text).issues).toEqual([
    {
      code: 'foreign-file',
      message: `This is ${what}, not a workflow of Woolgather.`,
      hint: expect.any(String) as string,
    },
  ])
})

test('a mergekit configuration is told how to run it', () => {
  expect(parseWorkflow(mergekit).issues?.[0]?.hint).toContain('workflows/mergekit.json --set merge.config=')
})

test('what is empty, and JSON that is no object, is told as that', () => {
  const told = (text: string): string | undefined => readCarriedWorkflow(text).issues?.[0]?.message
  expect(['', ' \n', '\uFEFF'].map(told)).toEqual(Array(3).fill('There is nothing in it: it is empty.'))
  expect(parseWorkflow('').issues?.[0]?.message).toBe('There is nothing in it: it is empty.')
  expect(['[]', '42', '"x"', 'null', 'true'].map(told)).toEqual(
    ['a list', 'a number', 'a text', 'null', 'a boolean'].map(
      (kind) => `A workflow is a JSON object; this is ${kind}.`,
    ),
  )
})

test('a workflow that only lacks its format is told so', () => {
  expect(parseWorkflow({ version: 1, name: 'w', nodes: {} }).issues?.[0]).toMatchObject({
    code: 'invalid-workflow',
    message: 'This is no workflow: its `format` is missing, not "woolgather".',
  })
})
