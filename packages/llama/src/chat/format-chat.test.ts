import { expect, test } from 'vitest'
import { LlamaError } from '../contract/error.ts'
import type { ChatMessage } from '../contract/interface.ts'
import type { ChatTemplate } from './choose-template.ts'
import { formatChat } from './format-chat.ts'

const file = (jinja: string): ChatTemplate => ({ source: 'file', name: 'tokenizer.chat_template', jinja })
const user = (content: string): ChatMessage => ({ role: 'user', content })
const assistant = (content: string): ChatMessage => ({ role: 'assistant', content })
const system: ChatMessage = { role: 'system', content: 'Be brief.' }

const failure = (act: () => unknown): unknown => {
  try {
    return act()
  } catch (error) {
    const { code, message, hint } = error as LlamaError
    return { code, message, hint }
  }
}

// As published with Mistral 7B Instruct v0.1.
const mistral = file(
  "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token + ' ' }}{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}",
)

// As published with Gemma 2.
const gemma = file(
  "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}",
)

test('BOS is left to a tokenizer that adds it, and kept where it does not', () => {
  const input = { messages: [user('Hi')], template: mistral, bosToken: '<s>', eosToken: '</s>' }
  expect([formatChat(input).text, formatChat({ ...input, tokenizerAddsBos: false }).text]).toEqual([
    '[INST] Hi [/INST]',
    '<s>[INST] Hi [/INST]',
  ])
})

test('a conversation of several turns reads as published', () => {
  const messages = [user('Hi'), assistant('Hello'), user('And?')]
  expect(formatChat({ messages, template: mistral, bosToken: '<s>', eosToken: '</s>' })).toEqual({
    text: '[INST] Hi [/INST]Hello</s> [INST] And? [/INST]',
    stop: ['</s>'],
  })
  expect(formatChat({ messages, template: gemma, bosToken: '<bos>', eosToken: '<eos>' })).toEqual({
    text:
      '<start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\nHello<end_of_turn>\n' +
      '<start_of_turn>user\nAnd?<end_of_turn>\n<start_of_turn>model\n',
    stop: ['<end_of_turn>'],
  })
})

test('blocks are trimmed as transformers trims them', () => {
  const template = file(
    '{% for message in messages %}\n    {% if true %}\n{{ message.content }}\n    {% endif %}\n{% endfor %}\nend',
  )
  expect(formatChat({ messages: [user('a'), user('b')], template }).text).toBe('a\nb\nend')
})

test('tools and documents are none, and dates can be told', () => {
  const template = file(
    "{{ tools is none }} {{ documents is none }} {{ add_generation_prompt }} {{ strftime_now('%Y')|length }}",
  )
  expect(formatChat({ messages: [user('a')], template, addGenerationPrompt: false }).text).toBe(
    'true true false 4',
  )
})

test('a plain-text template stops where the next user turn would begin', () => {
  const template = file(
    "{% for m in messages %}{{ '\n### ' + m.role + ':\n' + m.content }}{% endfor %}{% if add_generation_prompt %}{{ '\n### assistant:\n' }}{% endif %}",
  )
  expect(formatChat({ messages: [user('a')], template })).toEqual({
    text: '\n### user:\na\n### assistant:\n',
    stop: ['### user:'],
  })
})

test('a template that takes no system message says so, with what to do', () => {
  expect(failure(() => formatChat({ messages: [system, user('Hi')], template: gemma }))).toEqual({
    code: 'invalid-chat-template',
    message: 'The chat template (tokenizer.chat_template) refuses these messages: System role not supported.',
    hint: 'This model takes no system message here: put its text at the beginning of the first user message.',
  })
})

test('a template that wants turns by turns says so, with the roles it got', () => {
  expect(failure(() => formatChat({ messages: [user('a'), user('b')], template: gemma }))).toEqual({
    code: 'invalid-chat-template',
    message:
      'The chat template (tokenizer.chat_template) refuses these messages: ' +
      'Conversation roles must alternate user/assistant/user/assistant/...',
    hint: 'The messages have the roles user, user. Most templates want user and assistant by turns, beginning with user.',
  })
})

test('text that is no template is refused with the place', () => {
  expect(failure(() => formatChat({ messages: [user('a')], template: file('{% for %}') }))).toEqual({
    code: 'invalid-chat-template',
    message: expect.stringMatching(/^The chat template \(tokenizer\.chat_template\) is not valid Jinja: .+/),
    hint: 'Choose a preset, or correct the template.',
  })
})
