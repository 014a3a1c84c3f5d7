import { parseRepository } from '@woolgather/files'
import { withSlashes, WoolgatherError } from '@woolgather/workflow'
import { readdir, stat } from 'node:fs/promises'

/** Files of a checkpoint besides its weights, as far as they count. */
const others: ReadonlySet<string> = new Set([
  'config.json',
  'tokenizer.json',
  'tokenizer.model',
  'tokenizer_config.json',
  'added_tokens.json',
  'special_tokens_map.json',
  'merges.txt',
  'chat_template.jinja',
  'chat_template.json',
  'model.safetensors.index.json',
])
/** Told of where what is needed is missing. */
const told: ReadonlySet<string> = new Set(['tekken.json', 'vocab.json', 'spiece.model'])

const whatItIs =
  'A checkpoint is a folder with config.json, a tokenizer, and weights as safetensors (model.safetensors, or parts and their index).'

/** The address of a repository that is a checkpoint. @throws WoolgatherError download-failed where it is that of something else */
export function checkpointAddress(uri: string): string {
  if (parseRepository(uri) !== undefined) return uri
  throw new WoolgatherError('download-failed', `${uri} names no checkpoint.`, {
    input: 'folder',
    hint: 'Use hf:owner/repo (with #branch where it is not main). A GGUF file goes into “Model”.',
  })
}

/**
 * Those of a folder's files that a checkpoint is made of, sorted.
 * @throws WoolgatherError model-unreadable where it is none
 */
export function chooseCheckpointFiles(folder: string, names: readonly string[]): string[] {
  const wanted = names.filter(
    (name) => others.has(name) || told.has(name) || /^model[^/]*\.safetensors$/.test(name),
  )
  const hasConfig = wanted.includes('config.json')
  if (hasConfig && wanted.some((name) => name.endsWith('.safetensors'))) return wanted.toSorted()
  const missing = hasConfig ? 'model.safetensors, nor parts of one' : 'config.json'
  throw new WoolgatherError('model-unreadable', `“${folder}” is no checkpoint: it has no ${missing}.`, {
    input: 'folder',
    hint: hintFor(names),
  })
}

/** The files of a checkpoint's folder. @throws WoolgatherError model-unreadable where it is none */
export async function listCheckpoint(
  name: string,
  place: string,
): Promise<{ folder: string; files: string[] }> {
  const folder = withSlashes(name).replace(/\/+$/, '')
  if (!(await stat(place)).isDirectory()) {
    throw new WoolgatherError('model-unreadable', `“${folder}” is a file, no checkpoint.`, {
      input: 'folder',
      hint: folder.endsWith('.gguf') ? 'A GGUF file goes into “Model”.' : whatItIs,
    })
  }
  return { folder, files: chooseCheckpointFiles(folder, await readdir(place)) }
}

function hintFor(names: readonly string[]): string {
  if (names.includes('adapter_config.json')) return 'That is a PEFT adapter: it goes into “LoRA”.'
  if (names.some((name) => name.endsWith('.gguf')))
    return 'There are GGUF files: one of them goes into “Model”.'
  if (names.some((name) => name.endsWith('.bin') || name.endsWith('.pth'))) {
    return 'Its weights are PyTorch files, which are programs: take it as safetensors.'
  }
  return whatItIs
}
