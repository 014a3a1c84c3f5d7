import { chatMessageSchema, WoolgatherError, type ChatMessage, type Json } from '@woolgather/workflow'

export const datasetFormats = ['auto', 'chat', 'instruction', 'completion'] as const
export type DatasetFormat = (typeof datasetFormats)[number]

/** What is written in a row: a conversation, or a text of which the end is learnt. */
export type WrittenExample = { weight: number } & (
  { messages: ChatMessage[] } | { prompt: string; completion: string }
)

/** A row as it was found, and what it is called in messages. */
export interface DatasetRow {
  name: string
  value: Json
}

/** Whose turn it is in ShareGPT's words. */
const speakers: Readonly<Record<string, ChatMessage['role']>> = {
  human: 'user',
  user: 'user',
  gpt: 'assistant',
  assistant: 'assistant',
  model: 'assistant',
  bot: 'assistant',
  system: 'system',
  tool: 'tool',
}

/**
 * What a row says, by the fields that it has.
 * @throws WoolgatherError invalid-input naming the row
 */
export function readExample({ name, value }: DatasetRow, format: DatasetFormat): WrittenExample {
  const row = Array.isArray(value)
    ? { messages: value }
    : typeof value === 'object' && value !== null
      ? value
      : { text: value }
  const text = (field: string): string | undefined => {
    const own = row[field]
    if (own === undefined || own === null) return undefined
    return typeof own === 'string' ? own : JSON.stringify(own)
  }
  const weight = weightOf(name, row['weight'])
  const turns = conversationOf(name, row)
  if (turns !== undefined && allows(format, 'chat')) return { weight, messages: turns }
  const [instruction, input, output] = [
    text('instruction'),
    text('input'),
    text('output') ?? text('response'),
  ]
  if (instruction !== undefined && output !== undefined && allows(format, 'instruction', 'chat')) {
    const question = input === undefined || input === '' ? instruction : `${instruction}\n\n${input}`
    return { weight, messages: asked(name, question, output) }
  }
  const [prompt, completion] = [text('prompt'), text('completion')]
  if (prompt !== undefined && completion !== undefined) {
    return format === 'chat' || format === 'instruction'
      ? { weight, messages: asked(name, prompt, completion) }
      : { weight, ...whole(name, prompt, completion) }
  }
  const plain = text('text') ?? (format === 'completion' ? completion : undefined)
  if (plain !== undefined && allows(format, 'completion')) return { weight, ...whole(name, '', plain) }
  const fields = Object.keys(row).map((field) => `“${field}”`)
  throw refuse(
    `${name} has nothing that ${format === 'auto' ? 'a dataset' : `the format “${format}”`} is made of: it has ${fields.slice(0, 8).join(', ') || 'no fields'}.`,
    'Rows have prompt and completion; instruction, input and output; messages; conversations; or text.',
  )
}

function allows(format: DatasetFormat, ...own: DatasetFormat[]): boolean {
  return format === 'auto' || own.includes(format)
}

function weightOf(name: string, value: Json | undefined): number {
  if (value === undefined || value === null || value === '') return 1
  const weight = Number(value)
  if (weight > 0 && weight <= 1_000) return weight
  throw refuse(`${name} counts ${JSON.stringify(value)}.`, 'A weight is a number above 0; 1 is usual.')
}

function conversationOf(name: string, row: Record<string, Json>): ChatMessage[] | undefined {
  const given = parsed(row['messages'] ?? row['conversations'])
  if (given === undefined) return undefined
  if (!Array.isArray(given) || given.length === 0) throw refuse(`The conversation of ${name} is empty.`)
  const messages = given.map((turn, index): ChatMessage => {
    const { role, from, content, value } = (turn ?? {}) as Record<string, Json>
    const read = chatMessageSchema.safeParse({
      role: speakers[String(role ?? from)],
      content: content ?? value,
    })
    if (read.success) return read.data
    throw refuse(
      `Turn ${index + 1} of ${name} is no turn of a conversation.`,
      'A turn is { "role": "user", "content": "…" }; roles are system, user, assistant and tool.',
    )
  })
  if (messages.some(({ role, content }) => role === 'assistant' && content.trim() !== '')) return messages
  throw refuse(`Nobody answers in the conversation of ${name}.`)
}

/** CSV has conversations as JSON in a field. */
function parsed(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string') return value ?? undefined
  try {
    return JSON.parse(value) as Json
  } catch {
    return value
  }
}

function asked(name: string, question: string, answer: string): ChatMessage[] {
  if (answer.trim() === '') throw refuse(`${name} is empty.`)
  return [
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
  ]
}

function whole(name: string, prompt: string, completion: string): { prompt: string; completion: string } {
  if (completion.trim() === '') throw refuse(`${name} is empty.`)
  return { prompt, completion }
}

function refuse(message: string, hint?: string): WoolgatherError {
  return new WoolgatherError('invalid-input', message, hint === undefined ? {} : { hint })
}
