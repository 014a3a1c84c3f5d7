import { GgufError, readTextOf } from '@woolgather/gguf'
import { decodeText, ReadError } from '@woolgather/tables'
import { nothingThere, provenanceKeys, type Issue } from '@woolgather/workflow'
import { findInPng, isPng } from './find-in-png.ts'
import { readCarriedWorkflow, type Carried } from './read-carried-workflow.ts'
import { recogniseBytes } from './recognise-bytes.ts'

/**
 * The workflow in a file: a document, or an output that carries the one that made it.
 * @param bytes the file, or of a long one its beginning
 * @param options.whole whether that is all of it
 */
export async function findWorkflow(bytes: Uint8Array, { whole }: { whole: boolean }): Promise<Carried> {
  if (bytes.length === 0) return { issues: [nothingThere] }
  if (new TextDecoder('latin1').decode(bytes.subarray(0, 4)) === 'GGUF') return inGguf(bytes)
  if (isPng(bytes)) return inPng(bytes, whole)
  const { text, issue } = readText(bytes, whole)
  if (text === undefined) return { issues: [recogniseBytes(bytes) ?? (whole ? issue : cutShort)] }
  const found = readCarriedWorkflow(text)
  const known = whole || found.issues?.some(({ code }) => code === 'foreign-file')
  return found.issues && !known ? { issues: [cutShort] } : found
}

/** UTF-8, or UTF-16 with its mark, as Windows PowerShell writes what is sent to a file. */
function readText(
  bytes: Uint8Array,
  whole: boolean,
): { text: string; issue?: undefined } | { text?: undefined; issue: Issue } {
  try {
    const text = decodeText(bytes, { whole })
    return text.includes('\0') ? { issue: noText } : { text }
  } catch (error) {
    if (!(error instanceof ReadError)) throw error
    return { issue: bytes.includes(0) ? noText : { ...noText, message: error.message } }
  }
}

const cutShort: Issue = {
  code: 'file-too-large',
  message: 'There is no workflow in what was read of this file, its beginning.',
  hint: 'Move long texts and tables to files and load them with a node.',
}

const noText: Issue = {
  code: 'invalid-json',
  message: 'This is no text.',
  hint: 'A workflow is in a JSON file (UTF-8), as saved by the editor, or in an output that carries it.',
}

/** A picture of ComfyUI has a chunk of the same name: what is no workflow of ours is told as what it is. */
function inPng(bytes: Uint8Array, whole: boolean): Carried {
  const { text, cut, issue } = findInPng(bytes)
  if (issue) return { issues: [issue] }
  const found = text === undefined ? undefined : readCarriedWorkflow(text)
  if (found?.workflow) return { ...found, carrier: 'png' }
  if (cut && !whole) return { issues: [cutShort] }
  const own = text?.includes('"woolgather"') === true
  return { issues: (own && found?.issues) || [recogniseBytes(bytes) ?? noText] }
}

async function inGguf(bytes: Uint8Array): Promise<Carried> {
  try {
    const text = await readTextOf(bytes, provenanceKeys.workflow)
    if (text === undefined || text === '') return { issues: [bareGguf] }
    const found = readCarriedWorkflow(text)
    return found.issues ? found : { ...found, carrier: 'gguf' }
  } catch (error) {
    if (!(error instanceof GgufError)) throw error
    return {
      issues: [{ code: 'file-unreadable', message: `This GGUF file cannot be read: ${error.message}.` }],
    }
  }
}

const bareGguf: Issue = {
  code: 'no-workflow',
  message: 'This GGUF file carries no workflow: Woolgather did not make it.',
  hint: 'To use it as a model, put it into a models folder and name it in a `loading/model` node.',
}
