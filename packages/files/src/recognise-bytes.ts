import type { Issue } from '@woolgather/workflow'
import { foreignIssue } from '@woolgather/workflow'

const picture = 'Drop a file that Woolgather saved: text, a table, a picture of results, a GGUF file.'

/** What begins with which bytes, as Latin-1; the more particular ones stand first. */
const kinds: readonly { what: string; hint: string; begins: RegExp; holds?: RegExp }[] = [
  {
    what: 'a picture (PNG) with a ComfyUI workflow in it',
    hint: 'ComfyUI makes images, and there is no import for its workflows.',
    begins: /^\x89PNG/,
    holds: /(tEXt|iTXt|zTXt)(workflow|prompt)\0/,
  },
  {
    what: 'a picture (PNG) with a prompt of AUTOMATIC1111 in it',
    hint: 'Its prompt can be pasted into a node: weights as (word:1.2) mean the same here.',
    begins: /^\x89PNG/,
    holds: /(tEXt|iTXt|zTXt)parameters\0/,
  },
  { what: 'a picture', hint: picture, begins: /^(\x89PNG|\xff\xd8\xff|GIF8|RIFF[^]{4}WEBP)/ },
  { what: 'a PDF file', hint: picture, begins: /^%PDF/ },
  {
    what: 'a safetensors file',
    hint: 'Models are loaded as GGUF files, which `woolgather models` lists, or by their folder: that of a model in the node “Checkpoint”, that of a PEFT adapter in “LoRA”.',
    begins: /^[^]{5}\0\0\0\{/,
  },
  {
    what: 'a packed file (ZIP, or weights of PyTorch)',
    hint: 'Unpack it first. Models are loaded as GGUF files.',
    begins: /^PK\x03\x04/,
  },
  {
    what: 'a packed file',
    hint: 'Unpack it first.',
    begins: /^(\x1f\x8b|BZh|\xfd7zXZ|7z\xbc\xaf|\x28\xb5\x2f\xfd)/,
  },
  { what: 'a database (SQLite)', hint: picture, begins: /^SQLite format 3\0/ },
]

/** Bytes of a text chunk are looked for in the beginning of a picture. */
const mostLooked = 1_048_576

/** What a file is that is no text; undefined where it is of no known kind. */
export function recogniseBytes(bytes: Uint8Array): Issue | undefined {
  const start = Buffer.from(bytes.subarray(0, mostLooked)).toString('latin1')
  const kind = kinds.find(
    ({ begins, holds }) => begins.test(start) && (holds === undefined || holds.test(start)),
  )
  return kind && foreignIssue(kind)
}
