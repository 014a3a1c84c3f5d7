import { apiInputs, apiOutputs, bindInputs, type Json, type Workflow } from '@woolgather/workflow'
import type { ModelCall } from './requests.ts'

/** Whether a workflow can be called as a model. */
export function isCallable(workflow: Workflow): boolean {
  return apiInputs(workflow).length > 0 && apiOutputs(workflow).length > 0
}

/**
 * The workflow with what a client sent in its `api/input` nodes: `messages` gets the conversation, `prompt` its last
 * user message, `system` its system message, and `temperature`, `maxTokens` and the like what was set. Where neither of
 * the first two is there, the first input without such a name gets the last user message.
 */
export function bindCall(workflow: Workflow, { messages, settings }: ModelCall): Workflow {
  const last = messages.findLast(({ role }) => role === 'user')?.content ?? messages.at(-1)?.content ?? ''
  const system = messages.find(({ role }) => role === 'system')?.content
  const values = new Map<string, Json>(Object.entries(settings))
  values.set('messages', messages as unknown as Json)
  values.set('prompt', last)
  if (system !== undefined) values.set('system', system)
  const ports = apiInputs(workflow)
  const named = ports.some(({ name }) => name === 'messages' || name === 'prompt')
  const reserved = ['system', 'temperature', 'top_p', 'topP', 'max_tokens', 'maxTokens', 'seed']
  const first = named ? undefined : ports.find(({ name }) => !reserved.includes(name))
  return bindInputs(
    workflow,
    ports.flatMap((port) => {
      const value = port === first ? last : values.get(port.name)
      return value === undefined ? [] : [{ node: port.node, input: 'value', value }]
    }),
  )
}
