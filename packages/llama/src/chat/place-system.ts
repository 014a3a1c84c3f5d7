import type { ChatMessage } from '../contract/interface.ts'
import type { Rendered } from './render-template.ts'

/** A conversation as a template can write it. */
export interface PlacedSystem {
  messages: readonly ChatMessage[]
  /** Whether what the system says stands in a turn of the user's. */
  moved: boolean
}

/** A private use character: no template looks for it, and trimming leaves it alone. */
const marker = '\uE000'

/**
 * Some templates leave out system prompts without a word (Phi-3, Orion), others refuse them (Gemma). Of those the
 * system prompt begins the user turn that follows, as in llama.cpp (`system_message_not_supported`).
 */
export async function placeSystem(
  messages: readonly ChatMessage[],
  render: (messages: readonly ChatMessage[]) => Promise<Rendered>,
): Promise<PlacedSystem> {
  const said = messages.filter(isSystem)
  if (said.length === 0 || !messages.some(({ role }) => role === 'user')) return { messages, moved: false }
  if (await arrives(messages, said, render)) return { messages, moved: false }
  const moved = moveToUser(messages)
  return (await render(moved)).text === undefined
    ? { messages, moved: false }
    : { messages: moved, moved: true }
}

/**
 * Seen by a mark in its place: a template may write it in another way, as JSON or in capitals, and the same words may stand
 * in a turn of the user's.
 */
async function arrives(
  messages: readonly ChatMessage[],
  said: readonly ChatMessage[],
  render: (messages: readonly ChatMessage[]) => Promise<Rendered>,
): Promise<boolean> {
  const marked = messages.map((message) => (isSystem(message) ? { ...message, content: marker } : message))
  const { text: written } = await render(marked)
  if (written !== undefined && written.split(marker).length > said.length) return true
  // Of the mark a template may want something that the words have; then these tell, if they stand nowhere else.
  const others = messages.filter((message) => !isSystem(message))
  const isTold = ({ content }: ChatMessage): boolean =>
    others.some((one) => one.content.includes(content.trim()))
  if (said.some(isTold)) return false
  const { text } = await render(messages)
  return text !== undefined && said.every(({ content }) => text.includes(content.trim()))
}

function isSystem({ role, content }: ChatMessage): boolean {
  return role === 'system' && content.trim() !== ''
}

/** What comes after every turn of the user's goes to the last of them. */
function moveToUser(messages: readonly ChatMessage[]): ChatMessage[] {
  const lastUser = messages.findLastIndex(({ role }) => role === 'user')
  const late = messages.slice(lastUser + 1).filter(isSystem)
  let waiting: ChatMessage[] = []
  const moved: ChatMessage[] = []
  for (const [index, message] of messages.entries()) {
    if (message.role === 'system') waiting.push(message)
    else if (message.role !== 'user') moved.push(message)
    else {
      moved.push(joined([...waiting, ...(index === lastUser ? late : []), message]))
      waiting = []
    }
  }
  return moved
}

/** One turn of several; names of control tokens count where they count in all of them. */
function joined(parts: readonly ChatMessage[]): ChatMessage {
  const { special: _, ...turn } = parts.at(-1)!
  const content = parts
    .map((part) => part.content)
    .filter((text) => text.trim() !== '')
    .join('\n')
  return { ...turn, content, ...(parts.every(({ special }) => special === true) && { special: true }) }
}
