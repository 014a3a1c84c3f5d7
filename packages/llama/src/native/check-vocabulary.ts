import { setImmediate } from 'node:timers/promises'
import { openGguf } from '@woolgather/gguf'
import { LlamaError } from '../error.ts'

/** An array value begins with the type of its elements and their number. */
const arrayHeaderBytes = 12
/** Texts looked at before the event loop gets its turn: some 10 milliseconds. */
const turn = 32_768

/**
 * Refuses vocabularies with one token twice: llama.cpp asserts that there is none and ends the process. Compares
 * bytes, as llama.cpp does: tokens need not be valid UTF-8. The header must have been checked.
 * @throws LlamaError model-unreadable
 */
export async function checkVocabulary(path: string): Promise<void> {
  await using file = await openGguf(path)
  const tokens = await file.encodedValue('tokenizer.ggml.tokens')
  if (!tokens) return
  const bytes = Buffer.from(tokens.bytes.buffer, tokens.bytes.byteOffset, tokens.bytes.byteLength)
  const ids = new Map<string, number>()
  let offset = arrayHeaderBytes
  for (let id = 0; offset < bytes.length; id++) {
    const start = offset + 8
    offset = start + Number(bytes.readBigUInt64LE(offset))
    const text = bytes.toString('latin1', start, endOfText(bytes, start, offset))
    const same = text === '' ? undefined : ids.get(text)
    if (same !== undefined) throw repeated(path, bytes.toString('utf8', start, offset), [same, id])
    ids.set(text, id)
    if (id % turn === turn - 1) await setImmediate()
  }
}

/** llama.cpp reads texts as C does: up to a NUL. */
function endOfText(bytes: Buffer, start: number, end: number): number {
  const nul = bytes.subarray(start, end).indexOf(0)
  return nul === -1 ? end : start + nul
}

function repeated(path: string, token: string, ids: [number, number]): LlamaError {
  const where = `tokens ${ids[0]} and ${ids[1]} are both ${JSON.stringify(token)}`
  return new LlamaError('model-unreadable', `${path} cannot be read as a model: its ${where}.`, {
    hint: 'Convert the model again, or download it again.',
  })
}
