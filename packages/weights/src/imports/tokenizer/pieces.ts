import type { NamedFile } from '../format/read-json.ts'
import { looksSpecial, padding, tokenTypes, type Vocabulary } from './token-types.ts'
import { readPieces } from './sentence-piece.ts'
import { addedByConfig, readAddedTokens, type TokenizerFiles } from './tokenizer-files.ts'

const typeOf = {
  normal: tokenTypes.normal,
  unknown: tokenTypes.unknown,
  control: tokenTypes.control,
  // as llama.cpp's converter has them: they are found by their score
  'user-defined': tokenTypes.normal,
  unused: tokenTypes.unused,
  byte: tokenTypes.byte,
}

/** A SentencePiece vocabulary with the tokens that were added to it, holes padded. @throws WoolgatherError model-unreadable */
export async function piecesVocabulary(
  tokenizer: TokenizerFiles,
  file: NamedFile,
  architecture: string,
  size: number,
): Promise<Vocabulary> {
  const tokens = Array.from({ length: size }, (_, id) => padding(id))
  const types = Array<number>(size).fill(tokenTypes.unused)
  const scores = Array<number>(size).fill(-10_000)
  const set = (id: number, token: string, score: number, type: number): void => {
    if (id >= size) return
    tokens[id] = token
    scores[id] = score
    types[id] = type
  }
  for (const [id, { text, score, kind }] of (await readPieces(file)).entries())
    set(id, text, score, typeOf[kind])
  for (const [token, id] of Object.entries(await readAddedTokens(tokenizer.files))) {
    set(id, token, -1000, tokenTypes.userDefined)
  }
  const isPhi = architecture === 'phi3'
  const byJson = isPhi ? (tokenizer.json?.added_tokens ?? []) : []
  for (const { id, content, special } of [...addedByConfig(tokenizer.config), ...byJson]) {
    const isControl = special === true || (!isPhi && looksSpecial(content))
    const text = isControl || isPhi ? content : content.replaceAll('▁', ' ')
    set(id, text, -1000, isControl ? tokenTypes.control : tokenTypes.userDefined)
  }
  return { model: 'llama', pre: 'default', tokens, types, scores }
}
