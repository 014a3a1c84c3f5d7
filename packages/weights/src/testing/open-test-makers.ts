import { openGguf } from '@woolgather/gguf'
import type { MergeSource, ModelRecipe } from '@woolgather/workflow'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { LoraMaker } from '../loras/make-lora.ts'
import type { ModelMaker } from '../merging/make-model.ts'
import { openMakers } from '../open-makers.ts'

/** What makes models and LoRAs as the worker does, of the files of a temporary folder: `made` there is what was made. */
export interface TestMakers extends AsyncDisposable {
  maker: ModelMaker
  loras: LoraMaker
  /** The path of a file in the folder. */
  at: (name: string) => string
  /** The path of what a recipe makes. */
  make: (recipe: ModelRecipe) => Promise<string>
}

export async function openTestMakers(): Promise<TestMakers> {
  const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-weights-'))
  const at = (name: string): string => path.join(folder, name)
  await mkdir(at('made'))
  const makers = openMakers({ models: { find: (name) => Promise.resolve(at(name)) }, data: folder })
  return {
    maker: makers.maker,
    loras: makers.loras,
    at,
    make: async (recipe) =>
      (await makers.maker.hold(recipe, { signal: new AbortController().signal, onProgress: () => {} })).path,
    async [Symbol.asyncDispose]() {
      await makers[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

export const file = (name: string): ModelRecipe => ({ kind: 'file', file: name, adapters: [] })

export function merge(
  method: string,
  models: readonly string[],
  how: Partial<MergeSource> = {},
): ModelRecipe {
  return {
    kind: 'merge',
    method,
    models: models.map((name) => ({ model: file(name), parameters: {} })),
    parameters: {},
    vocabulary: 'same',
    outputType: 'auto',
    adapters: [],
    ...how,
  }
}

/** A copy of a model as 32-bit floats, with one weight replaced: row 0, column 5. */
export async function writeDamaged(
  { at, make }: TestMakers,
  from: string,
  name: string,
  tensor: string,
  value: number,
): Promise<void> {
  const source = await make(merge('passthrough', [from], { outputType: 'F32' }))
  const bytes = await readFile(source)
  await using model = await openGguf(source)
  bytes.writeFloatLE(value, model.tensor(tensor)!.start + 5 * 4)
  await writeFile(at(name), bytes)
}
