import { chatMessageSchema, type ChatMessage } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { calculate } from './calculate.ts'
import { findToolCall } from './find-tool-call.ts'
import { searchText } from './search-text.ts'

const ownTools = ['calculator', 'search']

export const tools: WoolgatherNode = defineNode({
  type: 'loopback/tools',
  version: 2,
  title: 'Tools',
  description:
    'Runs the tool a reply asks for and adds the result to the conversation. In a loop, this is an agent.',
  inputs: {
    reply: {
      type: 'text',
      description: 'What the model said; a call is {"tool": "calculator", "input": "6 * 7"}.',
      schema: z.string(),
    },
    messages: {
      type: 'messages',
      description: 'The conversation so far.',
      schema: z.array(chatMessageSchema).default([]),
    },
    tools: {
      type: 'list',
      description:
        'The tools that may be called: calculator, search, and any others, whose calls are handed out for other nodes.',
      schema: z.array(z.string().min(1).max(100)).default([...ownTools]),
    },
    text: {
      type: 'text',
      description: 'What `search` looks in, a passage per line.',
      schema: z.string().default(''),
      widget: 'textarea',
    },
    answerAs: {
      type: 'text',
      description: 'Who speaks the result; most chat templates know no `tool`.',
      schema: z.enum(['user', 'tool']).default('user'),
      advanced: true,
    },
  },
  outputs: {
    messages: {
      type: 'messages',
      description: 'The conversation with the reply and the result of the tool.',
    },
    done: { type: 'boolean', description: 'True where the reply calls no tool: it is the answer.' },
    answer: { type: 'text', description: 'The reply where it is the answer, else nothing.' },
    result: { type: 'text', description: 'What the tool said.' },
    tool: {
      type: 'text',
      description: 'Name of a called tool that is not built in, for a node that has it; else nothing.',
    },
    toolInput: { type: 'text', description: 'What that tool is given.' },
  },
  run: ({ reply, messages, tools: allowed, text, answerAs }) => {
    const said: ChatMessage[] = [...messages, { role: 'assistant', content: reply }]
    const call = findToolCall(reply)
    if (call === undefined)
      return { messages: said, done: true, answer: reply.trim(), result: '', tool: '', toolInput: '' }
    if (allowed.includes(call.tool) && !ownTools.includes(call.tool)) {
      const { tool, input: toolInput } = call
      return { messages: said, done: false, answer: '', result: '', tool, toolInput }
    }
    const result = callTool(call, allowed, text)
    said.push({ role: answerAs, content: `Result of ${call.tool}: ${result}` })
    return { messages: said, done: false, answer: '', result, tool: '', toolInput: '' }
  },
})

/** What goes wrong is told to the model, which may do better the next time round. */
function callTool(call: { tool: string; input: string }, allowed: readonly string[], text: string): string {
  if (!allowed.includes(call.tool))
    return `There is no tool “${call.tool}”; there is ${allowed.join(' and ') || 'none'}.`
  try {
    return call.tool === 'calculator' ? String(calculate(call.input)) : searchText(call.input, text)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
