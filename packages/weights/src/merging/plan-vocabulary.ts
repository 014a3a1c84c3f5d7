import type { GgufFile, GgufValue } from '@woolgather/gguf'
import { planVocabulary, type VocabularyPlan } from '@woolgather/merge'
import type { MergeSource } from '@woolgather/workflow'
import { type Branch } from './branch.ts'
import { impossible } from '../sources/refusal.ts'
import { allOf, leadOf, type Branches } from './place-tensors.ts'

/** The tokens of a result: where the models have them, and metadata that says so; undefined where nothing differs. */
export interface MergedVocabulary {
  plan: VocabularyPlan
  metadata: ReadonlyMap<string, GgufValue>
  /** How many tokens each model has. */
  counts: ReadonlyMap<string, number>
}

/** @throws WoolgatherError merge-impossible where tokens differ and nothing was chosen */
export async function planTokens(
  source: MergeSource,
  branches: Branches,
): Promise<MergedVocabulary | undefined> {
  const all = allOf(branches)
  if (await isSame(all)) return undefined
  const lists = new Map<Branch, string[]>()
  for (const branch of all) lists.set(branch, await texts(branch.file, 'tokens'))
  if (source.vocabulary === 'same') throw differ(all, lists)
  const chosen = choose(source.vocabulary, branches)
  const plan = planVocabulary(
    all.map((branch) => ({ model: branch.name, tokens: lists.get(branch)! })),
    chosen === 'union' ? { union: true } : { model: chosen.name },
    branches.base?.name,
  )
  const metadata = chosen === 'union' ? await unite(all, plan) : await tokenizerOf(chosen)
  return { plan, metadata, counts: new Map(all.map((branch) => [branch.name, lists.get(branch)!.length])) }
}

function choose(
  vocabulary: Exclude<MergeSource['vocabulary'], 'same'>,
  branches: Branches,
): Branch | 'union' {
  if (vocabulary === 'union') return 'union'
  const chosen = vocabulary === 'base' ? leadOf(branches) : branches.models[vocabulary]
  if (chosen !== undefined) return chosen
  throw impossible(`The tokenizer of model ${Number(vocabulary) + 1} cannot be used: there is no such model.`)
}

/** Byte by byte, as lists of hundreds of thousands of texts take their time to be read. */
async function isSame([first, ...others]: readonly Branch[]): Promise<boolean> {
  const own = await first!.file.encodedValue('tokenizer.ggml.tokens')
  for (const { file } of others) {
    const other = await file.encodedValue('tokenizer.ggml.tokens')
    if (own === undefined || other === undefined) {
      if (own !== other) return false
    } else if (!Buffer.from(own.bytes.buffer, own.bytes.byteOffset, own.bytes.length).equals(other.bytes))
      return false
  }
  return true
}

async function texts(file: GgufFile, key: string): Promise<string[]> {
  const value = await file.value(`tokenizer.ggml.${key}`)
  return value?.type === 'array' && value.of === 'text' ? [...value.values] : []
}

function differ(all: readonly Branch[], lists: ReadonlyMap<Branch, string[]>): Error {
  const [first, ...others] = all
  const own = lists.get(first!)!
  const other = others.find((branch) => lists.get(branch)!.join('\n') !== own.join('\n'))!
  const its = lists.get(other)!
  const place = its.findIndex((token, index) => token !== own[index])
  const where =
    place < 0 || own[place] === undefined
      ? ''
      : `; token ${place} is ${JSON.stringify(own[place])} in one and ${JSON.stringify(its[place])} in the other`
  return impossible(
    `The vocabularies differ: ${first!.name} has ${own.length} tokens, ${other.name} ${its.length}${where}.`,
    'Choose a vocabulary: union, or one model’s.',
  )
}

async function tokenizerOf({ file }: Branch): Promise<Map<string, GgufValue>> {
  const entries = new Map<string, GgufValue>()
  for (const key of file.header.places.keys()) {
    if (key.startsWith('tokenizer.')) entries.set(key, (await file.encodedValue(key))!)
  }
  return entries
}

/** The first model's tokenizer, with the tokens, types, scores and merges that the others have besides. */
async function unite(all: readonly Branch[], plan: VocabularyPlan): Promise<Map<string, GgufValue>> {
  const [first] = all
  const entries = await tokenizerOf(first!)
  entries.set('tokenizer.ggml.tokens', { type: 'array', of: 'text', values: plan.tokens })
  for (const key of ['token_type', 'scores'] as const) {
    const name = `tokenizer.ggml.${key}`
    if (!entries.has(name)) continue
    const lists = await Promise.all(all.map(({ file }) => numbers(file, name)))
    const values = plan.tokens.map((_, token) => {
      const owner = all.findIndex((branch) => (plan.rows.get(branch.name)?.[token] ?? -1) >= 0)
      return lists[owner]?.[plan.rows.get(all[owner]!.name)![token]!] ?? (key === 'token_type' ? 1 : 0)
    })
    entries.set(name, { type: 'array', of: key === 'token_type' ? 'i32' : 'f32', values })
  }
  if (entries.has('tokenizer.ggml.merges')) {
    const merges = await Promise.all(all.map(({ file }) => texts(file, 'merges')))
    entries.set('tokenizer.ggml.merges', { type: 'array', of: 'text', values: [...new Set(merges.flat())] })
  }
  return entries
}

async function numbers(file: GgufFile, key: string): Promise<readonly number[]> {
  const value = await file.value(key)
  return value?.type === 'array' && (value.of === 'i32' || value.of === 'f32') ? value.values : []
}
