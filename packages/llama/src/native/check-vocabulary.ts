import { setImmediate } from 'node:timers/promises'
import { openGguf } from '@woolgather/gguf'
import { LlamaError } from '../contract/error.ts'

/** An array value begins with the type of its elements and their number. */
const arrayHeaderBytes = 12
/** Texts looked at before the event loop gets its turn: some 10 milliseconds. */
const turn = 32_768

/**
 * Refuses vocabularies with one token twice: llama.cpp asserts that there is none and ends the process. Compares
 * bytes, as llama.cpp does: tokens need not be valid UTF-8. Refuses those in which RWKV's tokenizer never comes to the
 * end of some texts, taking memory all the while. The header must have been checked.
 * @throws LlamaError model-unreadable
 */
export async function checkVocabulary(path: string): Promise<void> {
  await using file = await openGguf(path)
  const tokens = await file.encodedValue('tokenizer.ggml.tokens')
  if (!tokens) return
  const bytes = Buffer.from(tokens.bytes.buffer, tokens.bytes.byteOffset, tokens.bytes.byteLength)
  const ids = new Map<string, number>()
  const rwkv = file.header.metadata.get('tokenizer.ggml.model') === 'rwkv' ? new FirstBytes() : undefined
  let offset = arrayHeaderBytes
  for (let id = 0; offset < bytes.length; id++) {
    const start = offset + 8
    offset = start + Number(bytes.readBigUInt64LE(offset))
    const text = bytes.toString('latin1', start, endOfText(bytes, start, offset))
    const same = text === '' ? undefined : ids.get(text)
    if (same !== undefined) throw repeated(path, bytes.toString('utf8', start, offset), [same, id])
    ids.set(text, id)
    rwkv?.add(text)
    if (id % turn === turn - 1) await setImmediate()
  }
  const lost = rwkv?.lost()
  if (lost !== undefined) throw endless(path, lost)
}

/**
 * llama.cpp's tokenizer for RWKV takes the longest token that a text begins with. Where a token begins with this byte
 * and none is that byte alone, it may find none, and then it starts again from the beginning of the text, for ever.
 */
class FirstBytes {
  readonly #begins = new Set<number>()
  readonly #alone = new Set<number>()

  add(escaped: string): void {
    const [first, ...rest] = unescape(escaped)
    if (first === undefined) return
    this.#begins.add(first)
    if (rest.length === 0) this.#alone.add(first)
  }

  lost(): number | undefined {
    return [...this.#begins].find((byte) => !this.#alone.has(byte))
  }
}

const escapes: Record<string, number> = { t: 9, n: 10, r: 13 }

/** The bytes of a token as RWKV's vocabularies write it: `\n`, `\x1b`. */
function unescape(escaped: string): number[] {
  return [...escaped.matchAll(/\\x([\s\S]{2})|\\([\s\S])|([^\\])/g)].map(([, hex, letter, plain]) => {
    if (hex !== undefined) return Number.parseInt(hex, 16)
    return letter === undefined ? (plain as string).charCodeAt(0) : (escapes[letter] ?? letter.charCodeAt(0))
  })
}

function endless(path: string, byte: number): LlamaError {
  const name = `0x${byte.toString(16).padStart(2, '0')}`
  return new LlamaError(
    'model-unreadable',
    `${path} cannot be read as a model: its tokenizer is RWKV's, tokens begin with byte ${name}, and none is that byte alone, so that some texts have no end.`,
    { hint: 'Convert the model again, or download it again.' },
  )
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
