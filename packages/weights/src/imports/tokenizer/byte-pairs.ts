import { inFolder } from '@woolgather/workflow'
import { unreadable } from '../format/read-json.ts'
import { completeVocabulary } from './added-tokens.ts'
import { preTokenizerName } from './pre-tokenizers.ts'
import { looksSpecial, padding, tokenTypes, type Vocabulary } from './token-types.ts'
import { checkId, vocabularyOf } from './vocabulary-of.ts'
import type { TokenizerFiles } from './tokenizer-files.ts'

/** A byte-level vocabulary with the tokens that were added to it, holes padded. @throws WoolgatherError model-unreadable */
export async function bytePairVocabulary(tokenizer: TokenizerFiles, size: number): Promise<Vocabulary> {
  const json = tokenizer.json!
  const file = { name: inFolder(tokenizer.files.folder, 'tokenizer.json') }
  if (json.model.type !== 'BPE' || json.decoder?.type !== 'ByteLevel') {
    const kind = json.model.type === 'BPE' ? `BPE with the decoder ${json.decoder?.type}` : json.model.type
    throw unreadable(
      file,
      `it is a tokenizer of the kind ${kind ?? 'none'}, and byte-level BPE and SentencePiece are read`,
      'Convert the model with llama.cpp’s convert_hf_to_gguf.py, or look for a GGUF of it.',
    )
  }
  const pre = preTokenizerName(json, tokenizer.config ?? {})
  if (pre === undefined) {
    throw unreadable(
      file,
      'it cuts texts before merging (pre_tokenizer, normalizer) in a way that llama.cpp has no name for, or none that is known here',
      'Convert the model with llama.cpp’s convert_hf_to_gguf.py, or look for a GGUF of it: a wrong name would make it write nonsense.',
    )
  }
  const { ids, added } = await completeVocabulary(tokenizer, vocabularyOf(file, json.model.vocab))
  const tokens = Array.from({ length: size }, (_, id) => padding(id))
  const types = Array<number>(size).fill(tokenTypes.unused)
  for (const [token, id] of ids) {
    checkId(file, token, id, size)
    const own = added.get(token)
    const [text, type] = own === undefined ? [token, tokenTypes.normal] : addedToken(token, own)
    tokens[id] = text
    types[id] = type
  }
  return { model: 'gpt2', pre, tokens, types }
}

function addedToken(
  token: string,
  { special, normalized }: { special: boolean; normalized: boolean },
): [text: string, type: number] {
  const text = normalized ? token : decoded(token)
  if (special || looksSpecial(text)) return [text, tokenTypes.control]
  return [text.replaceAll('▁', ' '), tokenTypes.userDefined]
}

/** What a byte-level decoder makes of a token: one all of whose letters stand for bytes is read as those. */
function decoded(token: string): string {
  const bytes = [...token].map((letter) => byteOf.get(letter))
  if (bytes.includes(undefined)) return token
  return Buffer.from(bytes as number[]).toString('utf8')
}

const printable = 188

/** GPT-2's printable letters for bytes. */
const byteOf: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 256 }, (_, byte) => byte)
    .toSorted((a, b) => Number(isPrintable(b)) - Number(isPrintable(a)) || a - b)
    .map((byte, index) => [String.fromCodePoint(isPrintable(byte) ? byte : 256 + index - printable), byte]),
)

function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae
}
