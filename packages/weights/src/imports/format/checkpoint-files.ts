import { inFolder } from '@woolgather/workflow'
import { z } from 'zod'
import { readJson, unreadable, type NamedFile } from './read-json.ts'
import { SafetensorsFile, type SafeTensor } from './safetensors.ts'

/** A checkpoint's files by their names in its folder. */
export interface CheckpointFiles {
  /** As workflows name it. */
  folder: string
  /** Absolute paths. */
  paths: ReadonlyMap<string, string>
}

/** One of its files, there or not. */
export function fileOf({ folder, paths }: CheckpointFiles, name: string): NamedFile | undefined {
  const path = paths.get(name)
  return path === undefined ? undefined : { name: inFolder(folder, name), path }
}

/** What one of its JSON files says; undefined where it has none. @throws WoolgatherError model-unreadable */
export async function readFileOf<Value>(
  files: CheckpointFiles,
  name: string,
  schema: z.ZodType<Value>,
  limit?: number,
): Promise<Value | undefined> {
  const file = fileOf(files, name)
  return file && readJson(file, schema, limit)
}

const indexName = 'model.safetensors.index.json'
const weightsName = 'model.safetensors'
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) })

/** The files that a checkpoint's weights lie in, by what its folder holds. @throws WoolgatherError model-unreadable */
export async function shardsOf(files: CheckpointFiles): Promise<string[]> {
  const index = await readFileOf(files, indexName, indexSchema)
  if (index !== undefined) return [...new Set(Object.values(index.weight_map))].toSorted()
  if (files.paths.has(weightsName)) return [weightsName]
  const shards = [...files.paths.keys()].filter((name) => isShard(name)).toSorted()
  if (shards.length > 0) return shards
  const isPickle = [...files.paths.keys()].some((name) => name.endsWith('.bin'))
  throw unreadable(
    { name: files.folder },
    isPickle ? 'its weights are PyTorch files, which are programs' : 'it holds no safetensors files',
    'Take the model as safetensors: save it with transformers, or look for a copy that has them.',
  )
}

const shardPattern = /^model-(?<number>\d{5})-of-(?<count>\d{5})\.safetensors$/

export function isShard(name: string): boolean {
  return shardPattern.test(name)
}

/** A tensor and the file it lies in. */
export interface CheckpointTensor extends SafeTensor {
  file: NamedFile
}

/**
 * Every tensor of a checkpoint, by what all its files say.
 * @throws WoolgatherError model-unreadable where a file is missing, or index and files disagree
 */
export async function readTensors(files: CheckpointFiles): Promise<Map<string, CheckpointTensor>> {
  const tensors = new Map<string, CheckpointTensor>()
  const shards = await shardsOf(files)
  checkCount(files, shards)
  for (const shard of shards) {
    const file = fileOf(files, shard)
    if (file === undefined) throw missing(files, shard)
    await using opened = await SafetensorsFile.open(file)
    for (const tensor of opened.tensors.values()) {
      const other = tensors.get(tensor.name)
      if (other !== undefined) {
        throw unreadable(
          file,
          `it holds ${tensor.name}, which “${other.file.name}” holds, too`,
          'Get all files again, from one place.',
        )
      }
      tensors.set(tensor.name, { ...tensor, file })
    }
  }
  await checkIndex(files, tensors)
  return tensors
}

/** Without an index, the names tell how many there are. */
function checkCount(files: CheckpointFiles, shards: readonly string[]): void {
  const { count } = shardPattern.exec(shards[0] ?? '')?.groups ?? {}
  if (count === undefined) return
  for (let number = 1; number <= Number(count); number++) {
    const name = `model-${String(number).padStart(5, '0')}-of-${count}.safetensors`
    if (!files.paths.has(name)) throw missing(files, name)
  }
}

async function checkIndex(
  files: CheckpointFiles,
  tensors: ReadonlyMap<string, CheckpointTensor>,
): Promise<void> {
  const index = await readFileOf(files, indexName, indexSchema)
  if (index === undefined) return
  for (const [name, shard] of Object.entries(index.weight_map)) {
    const found = tensors.get(name)
    if (found?.file.name === inFolder(files.folder, shard)) continue
    throw unreadable(
      { name: inFolder(files.folder, indexName) },
      `it says that ${name} is in ${shard}, where it is not`,
      'Get all files again, from one place.',
    )
  }
}

function missing(files: CheckpointFiles, name: string): Error {
  return unreadable(
    { name: inFolder(files.folder, name) },
    'this part of the model is missing',
    'Download it to the others.',
  )
}
