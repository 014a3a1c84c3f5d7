import type { ClientMessage } from '@woolgather/protocol'
import { clientMessageSchema } from '@woolgather/protocol'
import {
  cellChoiceSchema,
  documentLimits,
  listOf,
  parseWorkflow,
  textProblem,
  type Issue,
} from '@woolgather/workflow'
import { parseOrdered } from '@woolgather/workflow/ordered-json'
import { z } from 'zod'

/** A submission without its workflow, which `parseWorkflow` reads: it bounds depth and names every issue. */
const submitSchema = z.strictObject({
  type: z.literal('run.submit'),
  request: z.string().min(1).max(200),
  targets: listOf(z.string().min(1).max(200)).max(10_000).optional(),
  fresh: listOf(cellChoiceSchema).max(10_000).optional(),
})

export type ReadMessage =
  | { message: ClientMessage }
  /** A submission that can be answered, of something that is no workflow. */
  | { rejected: { request: string; issues: Issue[] } }
  /** What is wrong with a message that cannot be understood at all. */
  | { problem: string }

/** How deep a workflow nests is for `parseWorkflow` to tell, in answer to its submission. */
const messageLimits = { depth: Infinity, keys: documentLimits.keys }

export function readMessage(text: string): ReadMessage {
  if (textProblem(text, messageLimits) !== undefined) {
    return { problem: `An object of the message has more than ${messageLimits.keys} keys.` }
  }
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null) return { problem: 'A message must be a JSON object.' }
  if (!('type' in value && value.type === 'run.submit')) return readOther(value)
  const { workflow: document, ...rest } = value as Record<string, unknown>
  const envelope = submitSchema.safeParse(rest)
  if (!envelope.success) return { problem: describeProblem(envelope.error) }
  const { workflow, issues } = parseWorkflow(document)
  return workflow
    ? { message: { ...envelope.data, workflow } }
    : { rejected: { request: envelope.data.request, issues } }
}

function readOther(value: object): ReadMessage {
  const parsed = clientMessageSchema.safeParse(value)
  return parsed.success ? { message: parsed.data } : { problem: describeProblem(parsed.error) }
}

function parseJson(text: string): unknown {
  try {
    return parseOrdered(text)
  } catch {
    return undefined
  }
}

function describeProblem({ issues: [first] }: z.ZodError): string {
  const where = first?.path.join('.')
  return `${where ? `${where.slice(0, 100)}: ` : ''}${first?.message.slice(0, 200) ?? 'unknown message'}`
}
