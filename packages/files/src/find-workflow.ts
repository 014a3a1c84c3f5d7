import { GgufError, readTextOf } from '@woolgather/gguf'
import { provenanceKeys, readCarriedWorkflow, type Carried } from '@woolgather/workflow'

/**
 * The workflow in a file: a document, or an output that carries the one that made it.
 * @param bytes the file, or of a long one its beginning
 * @param options.whole whether that is all of it
 */
export async function findWorkflow(bytes: Uint8Array, { whole }: { whole: boolean }): Promise<Carried> {
  if (new TextDecoder('latin1').decode(bytes.subarray(0, 4)) === 'GGUF') return inGguf(bytes)
  try {
    // Text that was cut may end in the middle of a character.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !whole })
    return readCarriedWorkflow(text)
  } catch {
    return {
      issues: [
        {
          code: 'invalid-json',
          message: 'This is no text: it is not UTF-8.',
          hint: 'A workflow is in a JSON file, as saved by the editor, or in an output that carries it.',
        },
      ],
    }
  }
}

async function inGguf(bytes: Uint8Array): Promise<Carried> {
  try {
    const found = readCarriedWorkflow((await readTextOf(bytes, provenanceKeys.workflow)) ?? '')
    return found.issues ? found : { ...found, carrier: 'gguf' }
  } catch (error) {
    if (!(error instanceof GgufError)) throw error
    return {
      issues: [{ code: 'file-unreadable', message: `This GGUF file cannot be read: ${error.message}.` }],
    }
  }
}
