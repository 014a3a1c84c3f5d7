import type { GgufValue } from '@woolgather/gguf'
import { inFolder } from '@woolgather/workflow'
import { fileOf, type CheckpointFiles } from '../format/checkpoint-files.ts'
import { unreadable } from '../format/read-json.ts'
import { bytePairVocabulary } from './byte-pairs.ts'
import { fastPieces } from './fast-pieces.ts'
import { piecesVocabulary } from './pieces.ts'
import { chatTemplates, specialTokens, type SpecialOptions } from './special-tokens.ts'
import type { Vocabulary } from './token-types.ts'
import { readTokenizerFiles, type TokenizerFiles } from './tokenizer-files.ts'

/**
 * The metadata that say how a checkpoint's texts become tokens, as llama.cpp's converter gives them.
 * @param size how many tokens config.json says there are
 * @throws WoolgatherError model-unreadable naming the file where a tokenizer is missing, or of a kind that is not known
 */
export async function readTokenizer(
  files: CheckpointFiles,
  architecture: string,
  size: number,
): Promise<{ metadata: Map<string, GgufValue>; size: number }> {
  const tokenizer = await readTokenizerFiles(files)
  const vocabulary = await readVocabulary(tokenizer, architecture, size)
  const { model, pre, tokens, types, scores } = vocabulary
  checkTokens(files, tokens)
  const isPieces = model === 'llama'
  const special: SpecialOptions = { merges: !isPieces, ...(isPieces && { size: tokens.length }) }
  const key = (name: string): string => `tokenizer.ggml.${name}`
  const metadata = new Map<string, GgufValue>([
    [key('model'), { type: 'text', value: model }],
    [key('pre'), { type: 'text', value: pre }],
    [key('tokens'), { type: 'array', of: 'text', values: tokens }],
    ...(scores ? [[key('scores'), { type: 'array', of: 'f32', values: scores }] as const] : []),
    [key('token_type'), { type: 'array', of: 'i32', values: types }],
    ...(await specialTokens(tokenizer, special)),
    ...(await chatTemplates(tokenizer)),
    ...(await ownEntries(tokenizer, architecture, size)),
  ])
  return { metadata, size: tokens.length }
}

/** llama.cpp ends the process where two tokens are one text. */
function checkTokens({ folder }: CheckpointFiles, tokens: readonly string[]): void {
  const ids = new Map<string, number>()
  for (const [id, token] of tokens.entries()) {
    const other = ids.get(token)
    ids.set(token, id)
    if (other === undefined || token === '') continue
    throw unreadable(
      { name: folder },
      `tokens ${other} and ${id} of its tokenizer are both ${JSON.stringify(token)}`,
      'Its tokenizer files are of different models: get all of them again, from one place.',
    )
  }
}

async function readVocabulary(
  tokenizer: TokenizerFiles,
  architecture: string,
  size: number,
): Promise<Vocabulary> {
  const { files, json, config } = tokenizer
  const pieces = fileOf(files, 'tokenizer.model')
  const isBytes = architecture === 'gptneox' || architecture === 'falcon'
  const isPhi4 = architecture === 'phi3' && config?.['tokenizer_class'] === 'GPT2Tokenizer'
  if (pieces !== undefined && !isBytes && !isPhi4)
    return piecesVocabulary(tokenizer, pieces, architecture, size)
  if (json === undefined) throw noTokenizer(files)
  const needsPieces = /^gemma|^phi3$/.test(architecture) && !isPhi4
  if (needsPieces) {
    throw unreadable(
      { name: inFolder(files.folder, 'tokenizer.model') },
      `there is no such file, and ${architecture} models are read with their SentencePiece vocabulary`,
      'Get it from where the model was published first.',
    )
  }
  return architecture === 'llama' && isFastPieces(tokenizer)
    ? fastPieces(tokenizer, size)
    : bytePairVocabulary(tokenizer, size)
}

/** A SentencePiece vocabulary that was written as tokenizer.json. */
function isFastPieces({ json }: TokenizerFiles): boolean {
  const { model, decoder } = json!
  return model.type === 'BPE' && model.byte_fallback === true && decoder?.type === 'Sequence'
}

function noTokenizer({ folder, paths }: CheckpointFiles): Error {
  const other = ['tekken.json', 'vocab.json', 'spiece.model'].find((name) => paths.has(name))
  const reason =
    other === undefined
      ? 'there is neither tokenizer.json nor tokenizer.model'
      : `there is ${other}, but neither tokenizer.json nor tokenizer.model`
  return unreadable(
    { name: inFolder(folder, 'tokenizer.json') },
    reason,
    'Save the tokenizer with transformers (AutoTokenizer … save_pretrained), and put tokenizer.json to the model.',
  )
}

/** What only some architectures have. */
async function ownEntries(
  tokenizer: TokenizerFiles,
  architecture: string,
  size: number,
): Promise<Map<string, GgufValue>> {
  const entries = new Map<string, GgufValue>()
  const flag = (name: string, value: boolean): unknown =>
    entries.set(`tokenizer.ggml.${name}`, { type: 'bool', value })
  const more = async (kinds: readonly string[], known: Record<string, number>): Promise<void> => {
    for (const entry of await specialTokens(tokenizer, { merges: false, kinds, known })) entries.set(...entry)
  }
  if (architecture.startsWith('gemma')) flag('add_space_prefix', false)
  if (architecture === 'gemma') await more(['prefix', 'suffix', 'middle', 'fsep', 'eot'], { eot: 107 })
  if (architecture !== 'llama') return entries
  const addsSpace = tokenizer.config?.['add_prefix_space']
  if (typeof addsSpace === 'boolean') flag('add_space_prefix', addsSpace)
  // CodeLlama, and models with the vocabulary of StarCoder
  if (size === 32_016) {
    const known = { prefix: 32_007, suffix: 32_008, middle: 32_009, eot: 32_010 }
    await more(Object.keys(known), known)
  }
  if (size === 49_152) flag('add_bos_token', false)
  return entries
}
