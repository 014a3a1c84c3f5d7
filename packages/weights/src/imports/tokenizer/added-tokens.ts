import { z } from 'zod'
import { readFileOf } from '../format/checkpoint-files.ts'
import { addedByConfig, contentOf, type TokenizerFiles } from './tokenizer-files.ts'

/** Tokens by their ids, and which of them were added to the vocabulary. */
export interface AddedVocabulary {
  ids: ReadonlyMap<string, number>
  added: ReadonlyMap<string, { special: boolean; normalized: boolean }>
  /** Names of those that the configuration gives a part to: beginning, end, padding, … */
  named: ReadonlySet<string>
}

const parts = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token']

/** Names of special tokens → what transformers take where a configuration does not say it, by the class of a tokenizer. */
const usual: Readonly<Record<string, readonly string[]>> = {
  GPT2Tokenizer: ['<|endoftext|>'],
  GPTNeoXTokenizer: ['<|endoftext|>'],
  Qwen2Tokenizer: ['<|endoftext|>'],
}

/** The vocabulary of tokenizer.json as transformers complete it: by the configuration, and by the tokens that that names. */
export async function completeVocabulary(
  tokenizer: TokenizerFiles,
  vocabulary: Readonly<Record<string, number>>,
): Promise<AddedVocabulary> {
  const { json, config } = tokenizer
  const ids = new Map(Object.entries(vocabulary))
  const size = ids.size
  const added = new Map<string, { special: boolean; normalized: boolean }>()
  let next = size
  // What is in the vocabulary keeps its id, others get the next ones, whatever they say: as tokenizers do it.
  const add = (content: string, special: boolean, normalized: boolean): void => {
    const own = ids.get(content) ?? next
    ids.set(content, own)
    next = Math.max(next, own + 1)
    added.set(content, { special, normalized })
  }
  for (const { content, special = false, normalized } of json?.added_tokens ?? []) {
    add(content, special, normalized ?? !special)
  }
  const named = await namesOf(tokenizer)
  for (const { content, special = false, normalized } of addedByConfig(config)) {
    add(content, special || named.has(content), normalized ?? !special)
  }
  for (const name of named) if (!added.has(name)) add(name, true, false)
  return { ids, added, named }
}

const mapSchema = z.record(z.string(), z.unknown())

async function namesOf({ config = {}, files }: TokenizerFiles): Promise<Set<string>> {
  const older = config['added_tokens_decoder']
    ? {}
    : await readFileOf(files, 'special_tokens_map.json', mapSchema)
  const own = { ...config, ...older }
  const more = own['additional_special_tokens']
  const entries = [...parts.map((part) => own[part]), ...(Array.isArray(more) ? (more as unknown[]) : [])]
  const said = entries.map(contentOf).filter((name) => name !== undefined)
  const kind = String(own['tokenizer_class'] ?? '').replace(/Fast$/, '')
  const missing = ['bos_token', 'eos_token', 'unk_token'].some((part) => own[part] === undefined)
  return new Set([...said, ...(missing ? (usual[kind] ?? []) : [])])
}
