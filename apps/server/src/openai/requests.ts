import { listOf } from '@woolgather/workflow'
import { z } from 'zod'

const textParts = listOf(z.object({ type: z.literal('text'), text: z.string() }))

const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z.union([z.string(), textParts]).nullable().default(''),
})

/** What both kinds of request have. Whatever else clients send is passed over. */
const common = {
  model: z.string().min(1).max(200),
  stream: z.boolean().nullable().default(false),
  n: z.literal(1, 'Only one answer at a time is given').nullable().optional(),
  temperature: z.number().nullable().optional(),
  top_p: z.number().nullable().optional(),
  max_tokens: z.int().positive().nullable().optional(),
  max_completion_tokens: z.int().positive().nullable().optional(),
  seed: z.int().nullable().optional(),
}

const chatSchema = z.object({ ...common, messages: listOf(message).min(1).max(10_000) })
const completionSchema = z.object({
  ...common,
  prompt: z.union([z.string(), z.tuple([z.string()]).transform(([text]) => text)]),
})

export interface ChatMessage {
  role: string
  content: string
}

/** A request as a workflow is called with it. */
export interface ModelCall {
  model: string
  stream: boolean
  messages: ChatMessage[]
  /** Settings by the names that an `api/input` may have. */
  settings: Record<string, number>
}

export function readChatRequest(body: unknown): ModelCall | { problem: string } {
  const { data, error } = chatSchema.safeParse(body)
  if (error) return { problem: describe(error) }
  const messages = data.messages.map(({ role, content }) => ({
    role: role === 'developer' ? 'system' : role,
    content: textOf(content),
  }))
  return { ...callOf(data), messages }
}

export function readCompletionRequest(body: unknown): ModelCall | { problem: string } {
  const { data, error } = completionSchema.safeParse(body)
  if (error) return { problem: describe(error) }
  return { ...callOf(data), messages: [{ role: 'user', content: data.prompt }] }
}

type Common = z.infer<z.ZodObject<typeof common>>

function callOf(data: Common): Omit<ModelCall, 'messages'> {
  const { model, stream, temperature, top_p, seed } = data
  const most = data.max_completion_tokens ?? data.max_tokens
  const given = { temperature, top_p, topP: top_p, max_tokens: most, maxTokens: most, seed }
  const settings = Object.entries(given).flatMap(([name, value]) =>
    typeof value === 'number' ? [[name, value] as const] : [],
  )
  return { model, stream: stream === true, settings: Object.fromEntries(settings) }
}

function textOf(content: string | { text: string }[] | null): string {
  return typeof content === 'string' ? content : (content ?? []).map(({ text }) => text).join('')
}

function describe({ issues: [first] }: z.ZodError): string {
  const where = first?.path.join('.') ?? ''
  return `${where === '' ? '' : `${where}: `}${first?.message ?? 'The body cannot be read'}`
}
