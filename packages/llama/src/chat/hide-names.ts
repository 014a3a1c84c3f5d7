import type { TextRange, TokenNames } from '../text/index.ts'
import { LlamaError } from '../contract/error.ts'
import type { ChatMessage, TemplateArguments } from '../contract/interface.ts'

/** What a template is given to write out. */
export interface Said {
  messages: readonly ChatMessage[]
  arguments: TemplateArguments | undefined
}

/** A conversation without names of control tokens, and the way back from what a template made of it. */
export interface HiddenNames extends Said {
  /** `verbatim`: where the names stand that were hidden. */
  restore: (rendered: string) => { text: string; verbatim: TextRange[] }
}

/**
 * Puts one character of its own in the place of every name of a control token in the contents and in the texts among the
 * arguments, so that a template hands on whose it is: what it writes itself counts, what was said is text. Contents that
 * are `special` keep theirs.
 * @param around what else may be rendered: the template
 */
export function hideNames(
  { messages, arguments: given }: Said,
  names: TokenNames,
  around: string,
): HiddenNames | undefined {
  const texts = textsIn(given)
  const found = messages.map(({ content, special }) => (special === true ? [] : names.find(content)))
  if ([...found, ...texts.map((text) => names.find(text))].every(({ length }) => length === 0))
    return undefined
  const free = unusedCharacters([around, ...texts, ...messages.map(({ content }) => content)])
  const markOf = new Map<string, string>()
  const nameOf = new Map<string, string>()
  const mark = (name: string): string => {
    const known = markOf.get(name) ?? nextOf(free)
    markOf.set(name, known)
    nameOf.set(known, name)
    return known
  }
  const hidden = messages.map((message, index) => ({
    ...message,
    content: replaceRanges(message.content, found[index]!, mark),
  }))
  return {
    messages: hidden,
    arguments: given && mapTexts(given, (text) => replaceRanges(text, names.find(text), mark)),
    restore: (rendered) => restore(rendered, nameOf),
  }
}

/** All texts among arguments, keys too: a list of tools is written out with them. */
export function textsIn(given: TemplateArguments | undefined): string[] {
  const texts: string[] = []
  if (given !== undefined) mapTexts(given, (text) => (texts.push(text), text))
  return texts
}

/** The names of the arguments themselves are the template's. */
function mapTexts(given: TemplateArguments, change: (text: string) => string): TemplateArguments {
  const changeAll = (value: unknown): unknown => {
    if (typeof value === 'string') return change(value)
    if (Array.isArray(value)) return value.map(changeAll)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [change(key), changeAll(inner)]))
  }
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, changeAll(value)]))
}

function replaceRanges(text: string, ranges: readonly TextRange[], by: (part: string) => string): string {
  let done = 0
  const parts = ranges.map(({ from, to }) => {
    const before = text.slice(done, from)
    done = to
    return before + by(text.slice(from, to))
  })
  return parts.join('') + text.slice(done)
}

function restore(
  rendered: string,
  nameOf: ReadonlyMap<string, string>,
): { text: string; verbatim: TextRange[] } {
  const verbatim: TextRange[] = []
  const parts: string[] = []
  let length = 0
  for (const character of rendered) {
    const name = nameOf.get(character)
    if (name !== undefined) verbatim.push({ from: length, to: length + name.length })
    parts.push(name ?? character)
    length += (name ?? character).length
  }
  return { text: parts.join(''), verbatim }
}

/** Private use characters: no template looks for them, and trimming leaves them alone. */
const privateUse = [
  { first: 0xe000, last: 0xf8ff },
  { first: 0xf0000, last: 0xffffd },
]

function* unusedCharacters(texts: readonly string[]): Generator<string, undefined> {
  const used = new Set(texts.flatMap((text) => text.match(/\p{Co}/gu) ?? []))
  for (const { first, last } of privateUse) {
    for (let code = first; code <= last; code++) {
      const character = String.fromCodePoint(code)
      if (!used.has(character)) yield character
    }
  }
  return undefined
}

function nextOf(free: Generator<string, undefined>): string {
  const { value } = free.next()
  if (value !== undefined) return value
  throw new LlamaError('invalid-chat-template', 'The messages use up every private use character.', {
    hint: 'Leave out the names of control tokens, or those characters.',
  })
}
