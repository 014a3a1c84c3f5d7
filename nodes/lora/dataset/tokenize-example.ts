import type { LanguageModel } from '@woolgather/llama'
import type { Example } from '@woolgather/train'
import { WoolgatherError, type ChatMessage } from '@woolgather/workflow'
import { namedTemplate, type Framing } from '../../generation/prompt-inputs.ts'
import type { WrittenExample } from './read-examples.ts'

export interface TokenizeOptions extends Pick<Framing, 'template' | 'jinja'> {
  trainOn: 'answers' | 'all'
}

/**
 * The tokens of an example, and which of them are learnt: the answers of a conversation, the completion of a prompt.
 * @param name what it is called in messages
 * @throws WoolgatherError invalid-input, invalid-chat-template
 */
export async function tokenizeExample(
  model: LanguageModel,
  name: string,
  example: WrittenExample,
  options: TokenizeOptions,
): Promise<Example> {
  const { tokens, learnt } =
    'messages' in example
      ? await conversation(model, name, example.messages, options)
      : await continued(model, example)
  const weights = new Float32Array(tokens.length)
  for (let at = 1; at < tokens.length; at++) {
    if (options.trainOn === 'all' || learnt(at)) weights[at] = example.weight
  }
  return { tokens: Int32Array.from(tokens), weights }
}

interface Tokens {
  tokens: number[]
  learnt: (at: number) => boolean
}

/** A text that ends as the model ends texts. */
async function continued(
  model: LanguageModel,
  { prompt, completion }: { prompt: string; completion: string },
): Promise<Tokens> {
  const [end] = model.endTokens()
  const text = await model.tokenizePrompt({ text: prompt + completion })
  const before = prompt === '' ? 0 : common(text, await model.tokenizePrompt({ text: prompt }))
  return { tokens: end === undefined ? text : [...text, end], learnt: (at) => at >= before }
}

async function conversation(
  model: LanguageModel,
  name: string,
  messages: readonly ChatMessage[],
  options: TokenizeOptions,
): Promise<Tokens> {
  const template = namedTemplate({
    ...options,
    system: '',
    special: { prompt: false, messages: false, system: false },
  })
  if (options.template === 'none' || (template === undefined && model.info.chatTemplate === undefined)) {
    throw new WoolgatherError(
      'invalid-input',
      'Conversations need a chat template, and this model has none.',
      {
        input: 'template',
        hint: 'Choose a template by name, or give prompts and completions with the format “completion”.',
      },
    )
  }
  const read = async (turns: readonly ChatMessage[], addGenerationPrompt: boolean): Promise<number[]> => {
    const { text, verbatim } = await model.formatChat(turns, { template, addGenerationPrompt })
    // A line break behind the last turn is never written by the model: it has ended by then.
    const ended = addGenerationPrompt ? text : text.trimEnd()
    return await model.tokenizePrompt({ text: ended, special: true, ...(verbatim && { verbatim }) })
  }
  const tokens = await read(messages, false)
  if (options.trainOn === 'all') return { tokens, learnt: () => true }
  const spans: [from: number, to: number][] = []
  for (const [index, { role }] of messages.entries()) {
    if (role !== 'assistant') continue
    const opening = await read(messages.slice(0, index), true)
    const answered = await read(messages.slice(0, index + 1), false)
    const [from, to] = [common(tokens, opening), common(tokens, answered)]
    // One token may hold the end of what opens the turn and the beginning of the answer.
    if (from < opening.length - 1 || to < answered.length - 1 || to <= from) throw torn(name)
    spans.push([from, to])
  }
  return { tokens, learnt: (at) => spans.some(([from, to]) => at >= from && at < to) }
}

/** How many tokens both begin with. */
function common(tokens: readonly number[], others: readonly number[]): number {
  let count = 0
  while (count < tokens.length && tokens[count] === others[count]) count++
  return count
}

function torn(name: string): WoolgatherError {
  return new WoolgatherError(
    'invalid-chat-template',
    `The chat template writes earlier turns of ${name} otherwise once others follow, so that its answers cannot be told apart.`,
    { input: 'trainOn', hint: 'Give conversations of one answer each, or learn all of them.' },
  )
}
