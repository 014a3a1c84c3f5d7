import { parseRepository } from '@woolgather/files'
import { peftFiles, withSlashes, WoolgatherError } from '@woolgather/workflow'
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'

const whatItIs =
  'A LoRA is a .gguf file, or the folder of a PEFT adapter: adapter_config.json and adapter_model.safetensors.'

/** The address of an adapter's folder, where one of its files may be named; undefined: that of a GGUF file. */
export function adapterAddress(uri: string): string | undefined {
  const repository = parseRepository(uri)
  if (repository === undefined) return undefined
  const { owner, repo, folder, branch } = repository
  const inside = isPart(folder.at(-1) ?? '') ? folder.slice(0, -1) : folder
  return `hf:${[owner, repo, ...inside].join('/')}${branch === 'main' ? '' : `#${branch}`}`
}

/** The files of a repository that an adapter is, its weights first. @throws WoolgatherError download-failed */
export function chooseAdapterFiles(folder: string, names: readonly string[]): readonly string[] {
  const missing = peftFiles.find((name) => !names.includes(name))
  if (missing === undefined) return peftFiles.toReversed()
  throw new WoolgatherError('download-failed', `“${folder}” is no PEFT adapter: it has no ${missing}.`, {
    input: 'file',
    hint: tellOthers(names),
  })
}

/**
 * The folder of an adapter by its name, or that of one of its files; undefined: another file.
 * @param place where it lies
 * @throws WoolgatherError model-unreadable where a folder is no adapter
 */
export async function findAdapterFolder(name: string, place: string): Promise<string | undefined> {
  const given = withSlashes(name).replace(/\/+$/, '')
  if (!(await stat(place)).isDirectory()) {
    const folder = path.posix.dirname(given)
    return isPart(path.posix.basename(given)) && folder !== '.' ? folder : undefined
  }
  const missing = peftFiles.find((file) => !existsSync(path.join(place, file)))
  if (missing === undefined) return given
  const others = ['adapter_model.bin', 'config.json'].filter((file) => existsSync(path.join(place, file)))
  throw new WoolgatherError('model-unreadable', `“${given}” is no PEFT adapter: it has no ${missing}.`, {
    input: 'file',
    hint: tellOthers(others),
  })
}

function isPart(name: string): boolean {
  return (peftFiles as readonly string[]).includes(name)
}

function tellOthers(names: readonly string[]): string {
  if (names.includes('adapter_model.bin')) {
    return 'Its weights are a PyTorch file: save it with PEFT as safetensors.'
  }
  return names.includes('config.json') ? `That is a model. ${whatItIs}` : whatItIs
}
