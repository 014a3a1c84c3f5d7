import { chatMessageSchema, type ChatMessage } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

export const messages: WoolgatherNode = defineNode({
  type: 'generation/messages',
  version: 1,
  title: 'Messages',
  description: 'Builds a conversation: a system prompt, turns, and one more turn at the end.',
  inputs: {
    messages: {
      type: 'messages',
      title: 'So far',
      description: 'A conversation to go on with.',
      schema: z.array(chatMessageSchema).default([]),
      widget: 'none',
    },
    system: {
      type: 'text',
      title: 'System prompt',
      description: 'Who the model is and how it should answer; takes the place of one that is there.',
      schema: z.string().default(''),
      widget: 'textarea',
    },
    turns: {
      type: 'messages',
      title: 'Turns',
      description:
        'Turns to add: [{ "role": "user", "content": "Hi" }, { "role": "assistant", "content": "Hello" }].',
      schema: z.array(chatMessageSchema).default([]),
      widget: 'code',
      language: 'json',
    },
    content: {
      type: 'text',
      title: 'Last turn',
      description: 'What is said next; empty: nothing.',
      schema: z.string().default(''),
      widget: 'textarea',
    },
    role: {
      type: 'text',
      title: 'Said by',
      description: 'Who says it. To let the model answer, the last turn is the user’s.',
      schema: z.enum(['user', 'assistant', 'system', 'tool']).default('user'),
    },
  },
  outputs: {
    messages: { type: 'messages', description: 'The conversation.' },
    last: { type: 'text', description: 'What was said last.' },
  },
  run: ({ messages: soFar, system, turns, content, role }) => {
    const said: ChatMessage[] = content === '' ? [] : [{ role, content }]
    const conversation = withSystem(system, [...soFar, ...turns, ...said])
    return {
      messages: conversation.map((turn) => ({ role: turn.role, content: turn.content })),
      last: conversation.at(-1)?.content ?? '',
    }
  },
})

/** The system prompt stands first, and there is one. */
function withSystem(system: string, conversation: ChatMessage[]): ChatMessage[] {
  if (system === '') return conversation
  const rest = conversation[0]?.role === 'system' ? conversation.slice(1) : conversation
  return [{ role: 'system', content: system }, ...rest]
}
