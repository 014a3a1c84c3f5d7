import type { LanguageModel } from '@woolgather/llama'
import { createHash } from 'node:crypto'

const known = new WeakMap<LanguageModel, Promise<string>>()

/** The same for models whose tokens are the same: their number, and what each adds to a text. */
export function vocabularyName(model: LanguageModel): Promise<string> {
  const name = known.get(model) ?? nameOf(model)
  known.set(model, name)
  name.catch(() => known.delete(model))
  return name
}

async function nameOf(model: LanguageModel): Promise<string> {
  const hash = createHash('sha256')
  for (const bytes of await model.tokenBytes()) hash.update(bytes).update('\0')
  return `${model.info.vocabSize} ${hash.digest('hex').slice(0, 32)}`
}
