import { expect, test } from 'vitest'
import type { ChatMessage, ChatTemplatePreset } from '../contract/interface.ts'
import { presetTemplate } from './choose-template.ts'
import { formatChat } from './format-chat.ts'

const conversation: ChatMessage[] = [
  { role: 'user', content: 'Hello!' },
  { role: 'assistant', content: 'Hi!' },
  { role: 'user', content: 'How are you?' },
]
const system: ChatMessage = { role: 'system', content: 'Be brief.' }

const format = async (
  preset: ChatTemplatePreset,
  messages: ChatMessage[],
  addGenerationPrompt = true,
): Promise<string> => {
  const tokens = { bosToken: '<s>', eosToken: '</s>' }
  const template = presetTemplate(preset)
  const options = { addGenerationPrompt, tokenizerAddsBos: false }
  return (await formatChat({ messages, template, ...tokens, ...options })).text
}

test('ChatML writes every message between its marks', async () => {
  expect(await format('chatml', [system, ...conversation])).toBe(
    '<|im_start|>system\nBe brief.<|im_end|>\n' +
      '<|im_start|>user\nHello!<|im_end|>\n' +
      '<|im_start|>assistant\nHi!<|im_end|>\n' +
      '<|im_start|>user\nHow are you?<|im_end|>\n' +
      '<|im_start|>assistant\n',
  )
})

test('Vicuna begins with its own system prompt and ends answers with </s>', async () => {
  expect(await format('vicuna', conversation)).toBe(
    'A chat between a curious user and an artificial intelligence assistant. ' +
      "The assistant gives helpful, detailed, and polite answers to the user's questions. " +
      'USER: Hello! ASSISTANT: Hi!</s>USER: How are you? ASSISTANT:',
  )
  expect(await format('vicuna', [system, { role: 'user', content: 'Hello!' }])).toBe(
    'Be brief. USER: Hello! ASSISTANT:',
  )
})

test('Alpaca puts the instruction and the response under their headings', async () => {
  expect(await format('alpaca', [{ role: 'user', content: 'Name three cats.' }])).toBe(
    'Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n' +
      '### Instruction:\nName three cats.\n\n' +
      '### Response:',
  )
  expect(await format('alpaca', [system, ...conversation])).toBe(
    'Be brief.\n\n### Instruction:\nHello!\n\n### Response:Hi!</s>\n\n' +
      '### Instruction:\nHow are you?\n\n### Response:',
  )
})

test('RedPajama chat takes turns between <human> and <bot>', async () => {
  expect(await format('redpajama', conversation)).toBe(
    '<human>: Hello!\n<bot>: Hi!\n<human>: How are you?\n<bot>:',
  )
  expect(await format('redpajama', [system, { role: 'user', content: 'Hello!' }])).toBe(
    'Be brief.\n<human>: Hello!\n<bot>:',
  )
})

test('Falcon takes turns between User and Assistant', async () => {
  expect(await format('falcon', [system, ...conversation])).toBe(
    'Be brief.\nUser: Hello!\nAssistant: Hi!\nUser: How are you?\nAssistant:',
  )
})

test('Gemma calls its assistant model, and reads a system prompt in the first turn', async () => {
  expect(await format('gemma', [system, ...conversation])).toBe(
    '<s><start_of_turn>user\nBe brief.\n\nHello!<end_of_turn>\n<start_of_turn>model\nHi!<end_of_turn>\n' +
      '<start_of_turn>user\nHow are you?<end_of_turn>\n<start_of_turn>model\n',
  )
})

test('Llama 2 puts the user between [INST] and [/INST], and every exchange between BOS and EOS', async () => {
  expect(await format('llama2', conversation)).toBe(
    '<s>[INST] Hello! [/INST] Hi! </s><s>[INST] How are you? [/INST]',
  )
  expect(await format('llama2', [system, conversation[0]!])).toBe(
    '<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nHello! [/INST]',
  )
})

test('Llama 3 writes who speaks between header marks', async () => {
  expect(await format('llama3', [system, conversation[0]!])).toBe(
    '<s><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|>' +
      '<|start_header_id|>user<|end_header_id|>\n\nHello!<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n',
  )
})

test('Mistral begins with BOS once, and ends answers with EOS', async () => {
  expect(await format('mistral', conversation)).toBe(
    '<s>[INST] Hello! [/INST]Hi!</s> [INST] How are you? [/INST]',
  )
  expect(await format('mistral', [system, conversation[0]!])).toBe('<s>[INST] Be brief.\n\nHello! [/INST]')
})

test('Phi-3 writes who speaks as a mark', async () => {
  expect(await format('phi3', [system, ...conversation])).toBe(
    '<|system|>\nBe brief.<|end|>\n<|user|>\nHello!<|end|>\n<|assistant|>\nHi!<|end|>\n' +
      '<|user|>\nHow are you?<|end|>\n<|assistant|>\n',
  )
})

test('an answer with the space that the model wrote reads as one without', async () => {
  const spaced = conversation.with(1, { role: 'assistant', content: ' Hi!' })
  for (const preset of ['vicuna', 'redpajama', 'falcon'] as const) {
    expect(await format(preset, spaced)).toBe(await format(preset, conversation))
  }
})

test('without a generation prompt a conversation ends with its last message', async () => {
  const closed = conversation.slice(0, 2)
  expect({
    chatml: await format('chatml', closed, false),
    redpajama: await format('redpajama', closed, false),
    falcon: await format('falcon', closed, false),
  }).toEqual({
    chatml: '<|im_start|>user\nHello!<|im_end|>\n<|im_start|>assistant\nHi!<|im_end|>\n',
    redpajama: '<human>: Hello!\n<bot>: Hi!\n',
    falcon: 'User: Hello!\nAssistant: Hi!\n',
  })
})

test('what a message says is never read as a template', async () => {
  expect(await format('falcon', [{ role: 'user', content: "{{ 1 + 1 }} {% raw %} 'quoted' \\n" }])).toBe(
    "User: {{ 1 + 1 }} {% raw %} 'quoted' \\n\nAssistant:",
  )
})

test('each preset brings the texts at which its assistant stops', () => {
  const stop = (preset: ChatTemplatePreset): readonly string[] | undefined => presetTemplate(preset).stop
  expect({
    chatml: stop('chatml'),
    vicuna: stop('vicuna'),
    alpaca: stop('alpaca'),
    redpajama: stop('redpajama'),
    falcon: stop('falcon'),
    gemma: stop('gemma'),
    llama2: stop('llama2'),
    llama3: stop('llama3'),
    mistral: stop('mistral'),
    phi3: stop('phi3'),
  }).toEqual({
    chatml: ['<|im_end|>', '<|im_start|>'],
    vicuna: ['</s>', 'USER:'],
    alpaca: ['</s>', '### Instruction:', '### Input:'],
    redpajama: ['<human>'],
    falcon: ['\nUser', '<|endoftext|>'],
    gemma: ['<end_of_turn>', '<start_of_turn>'],
    llama2: ['</s>', '[INST]'],
    llama3: ['<|eot_id|>', '<|start_header_id|>'],
    mistral: ['</s>', '[INST]'],
    phi3: ['<|end|>', '<|user|>'],
  })
})

test('a role that a preset has no place for is refused by name', async () => {
  await expect(format('vicuna', [{ role: 'tool', content: '42' }])).rejects.toThrow(
    'This chat format knows user and assistant messages, and a system message at the beginning; it has no place for one of role tool here.',
  )
})
