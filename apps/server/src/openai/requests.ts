import { listOf, type Json } from '@woolgather/workflow'
import { keepOrder } from '@woolgather/workflow/ordered-json'
import { z } from 'zod'
import { parameterFields, parameters, type Parameter, type ParameterName } from './parameters.ts'

const textParts = listOf(z.object({ type: z.literal('text'), text: z.string() }))

const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z.union([z.string(), textParts]).nullable().default(''),
  tool_calls: listOf(z.unknown()).max(0, 'Calls of tools are not taken').nullable().optional(),
})

/** Answers to one request. */
const mostAnswers = 128

/** Properties come in the order of the schema, as text of it where JavaScript has another. */
const schemaInOrder = z.preprocess((value) => keepOrder(value as Json), z.json())

const responseFormat = z.union(
  [
    z.object({ type: z.literal('text') }),
    z.object({ type: z.literal('json_object') }),
    z.object({ type: z.literal('json_schema'), json_schema: z.object({ schema: schemaInOrder.optional() }) }),
  ],
  'Its type is “text”, “json_object”, or “json_schema” with {"json_schema": {"schema": {…}}} beside it',
)

/** What both kinds of request have. */
const common = {
  ...parameterFields,
  model: z.string().min(1).max(200),
  stream: z.boolean().nullable().default(false),
  stream_options: z.object({ include_usage: z.boolean().nullable().optional() }).nullable().optional(),
  n: z.int().min(1).max(mostAnswers).nullable().optional(),
  max_completion_tokens: z.int().positive().nullable().optional(),
  response_format: responseFormat.nullable().optional(),
}

const chatSchema = z.object({
  ...common,
  messages: listOf(message).min(1).max(10_000),
  logprobs: z.boolean().nullable().optional(),
  top_logprobs: z.int().min(0).max(20).nullable().optional(),
})

const completionSchema = z.object({
  ...common,
  prompt: z.union([z.string(), listOf(z.string()).min(1).max(mostAnswers)], 'Prompts are texts here'),
  logprobs: z.int().min(0).max(20).nullable().optional(),
})

const embeddingSchema = z.object({
  model: common.model,
  input: z.union(
    [z.string(), listOf(z.string()).min(1).max(mostAnswers)],
    'What is to be embedded are texts here',
  ),
  encoding_format: z.enum(['float', 'base64']).nullable().optional(),
  dimensions: z.null('Vectors have the length that the model gives them').optional(),
})

export interface ChatMessage {
  role: string
  content: string
}

/** A request as a workflow is called with it. */
export interface ModelCall {
  model: string
  stream: boolean
  /** Whether a stream ends with how many tokens it took. */
  includeUsage: boolean
  /** What is to be answered, each so often. */
  conversations: ChatMessage[][]
  answersEach: number
  /** What was set and asks for something. */
  settings: Partial<Record<ParameterName, Json>>
  /** Alternatives to each token that are to be told. */
  logprobs?: number | undefined
  /** JSON Schema of the answer, where it is to be JSON, and the format as it was asked for. */
  format?: { schema: Json; asked: Json } | undefined
}

export type ReadRequest = ModelCall | { problem: string; param?: string | undefined }

export function readChatRequest(body: unknown): ReadRequest {
  const { data, error } = chatSchema.safeParse(body)
  if (error) return describe(error)
  const messages = data.messages.map(({ role, content }) => ({
    role: role === 'developer' ? 'system' : role,
    content: textOf(content),
  }))
  const alternatives = data.top_logprobs ?? 0
  if (alternatives > 0 && data.logprobs !== true)
    return { problem: 'top_logprobs: They are told with logprobs: true only', param: 'top_logprobs' }
  return { ...callOf(data, [messages]), logprobs: data.logprobs === true ? alternatives : undefined }
}

export function readCompletionRequest(body: unknown): ReadRequest {
  const { data, error } = completionSchema.safeParse(body)
  if (error) return describe(error)
  const prompts = typeof data.prompt === 'string' ? [data.prompt] : data.prompt
  const asked = prompts.length * (data.n ?? 1)
  if (asked > mostAnswers)
    return { problem: `${asked} answers are asked for; ${mostAnswers} is the most.`, param: 'n' }
  const conversations = prompts.map((content) => [{ role: 'user', content }])
  return { ...callOf(data, conversations), logprobs: data.logprobs ?? undefined }
}

export interface EmbeddingCall extends ModelCall {
  /** Little-endian 32-bit floats as base64 in place of a list of numbers. */
  packed: boolean
}

export function readEmbeddingRequest(body: unknown): EmbeddingCall | { problem: string; param?: string } {
  const { data, error } = embeddingSchema.safeParse(body)
  if (error) return describe(error)
  const { model, input, encoding_format } = data
  const texts = typeof input === 'string' ? [input] : input
  return {
    model,
    stream: false,
    includeUsage: false,
    conversations: texts.map((content) => [{ role: 'user', content }]),
    answersEach: 1,
    settings: {},
    packed: encoding_format === 'base64',
  }
}

type Common = z.infer<z.ZodObject<typeof common>>

function callOf(data: Common, conversations: ChatMessage[][]): ModelCall {
  const given = { ...data, max_tokens: data.max_completion_tokens ?? data.max_tokens }
  const names = Object.keys(parameters) as ParameterName[]
  const settings = names.flatMap((name) => {
    const { idle, read }: Parameter = parameters[name]
    const value = given[name]
    if (value === null || value === undefined || idle?.(value as never)) return []
    return [[name, read ? read(value as never) : value] as const]
  })
  return {
    model: data.model,
    stream: data.stream === true,
    includeUsage: data.stream_options?.include_usage === true,
    conversations,
    answersEach: data.n ?? 1,
    settings: Object.fromEntries(settings),
    format: formatOf(data.response_format),
  }
}

function formatOf(asked: z.infer<typeof responseFormat> | null | undefined): ModelCall['format'] {
  if (asked === null || asked === undefined || asked.type === 'text') return undefined
  const anyObject = { type: 'object' }
  const schema = asked.type === 'json_schema' ? (asked.json_schema.schema ?? anyObject) : anyObject
  return { schema: schema as Json, asked: asked as Json }
}

function textOf(content: string | { text: string }[] | null): string {
  return typeof content === 'string' ? content : (content ?? []).map(({ text }) => text).join('')
}

function describe({ issues: [first] }: z.ZodError): { problem: string; param?: string } {
  const where = first?.path.join('.') ?? ''
  const problem = first?.message ?? 'The body cannot be read'
  return where === '' ? { problem } : { problem: `${where}: ${problem}`, param: where }
}
