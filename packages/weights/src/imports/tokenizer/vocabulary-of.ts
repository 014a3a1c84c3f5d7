import { z } from 'zod'
import { unreadable } from '../format/read-json.ts'

const schema = z.record(z.string(), z.int().nonnegative())

/** Ids by tokens, as tokenizer.json lists them. @throws WoolgatherError model-unreadable */
export function vocabularyOf(file: { name: string }, vocabulary: unknown): Readonly<Record<string, number>> {
  const parsed = schema.safeParse(vocabulary)
  if (parsed.success) return parsed.data
  throw unreadable(file, 'its vocabulary is no list of tokens with their ids', 'Get the file again.')
}

/** @throws WoolgatherError model-unreadable where a model of so many tokens has none of this id */
export function checkId(file: { name: string }, token: string, id: number, size: number): void {
  if (id < size) return
  throw unreadable(
    file,
    `its token ${JSON.stringify(token)} has the id ${id}, and config.json has ${size} tokens (vocab_size)`,
    'The files belong to different models: get both from one place.',
  )
}
