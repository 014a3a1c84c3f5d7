import { inFolder } from '@woolgather/workflow'
import { completeVocabulary } from './added-tokens.ts'
import { padding, tokenTypes, type Vocabulary } from './token-types.ts'
import type { TokenizerFiles } from './tokenizer-files.ts'
import { checkId, vocabularyOf } from './vocabulary-of.ts'

/** Scores are not in such files: all are as good. */
const score = -1000

/** A SentencePiece vocabulary that was written as tokenizer.json: no scores. @throws WoolgatherError model-unreadable */
export async function fastPieces(tokenizer: TokenizerFiles, size: number): Promise<Vocabulary> {
  const file = { name: inFolder(tokenizer.files.folder, 'tokenizer.json') }
  const own = vocabularyOf(file, tokenizer.json!.model.vocab)
  const { ids, named } = await completeVocabulary(tokenizer, own)
  const base = Object.keys(own).length
  const tokens = Array.from({ length: size }, (_, id) => padding(id))
  const types = Array<number>(size).fill(tokenTypes.unused)
  for (const [token, id] of ids) {
    checkId(file, token, id, size)
    tokens[id] = token
    if (id >= base) types[id] = named.has(token) ? tokenTypes.control : tokenTypes.userDefined
    else if (/^<0x[0-9A-Fa-f]{2}>$/.test(token)) types[id] = tokenTypes.byte
    else types[id] = named.has(token) ? tokenTypes.control : tokenTypes.normal
  }
  return { model: 'llama', pre: 'default', tokens, types, scores: Array<number>(size).fill(score) }
}
