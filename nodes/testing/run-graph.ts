import { createRegistry, executeWorkflow, type RunResult } from '@woolgather/engine'
import type { ControlVector, LanguageModel } from '@woolgather/llama'
import { createFakeLlama } from '@woolgather/llama/fake'
import {
  filesOfModel,
  isModelAddress,
  WoolgatherError,
  type ModelRecipe,
  type RunEvent,
  type WorkflowNode,
} from '@woolgather/workflow'
import { definitions } from '../definitions.ts'
import { createConstraintCompiler, vectorUses, type NodeServices, type ReadyModel } from '../index.ts'

/** Files of the models folders, as far as nodes look for them. */
const listedFiles = [
  'demo/base.gguf',
  'demo/tuned.Q8_0.gguf',
  'other/tuned-13b.gguf',
  'twice/one.F16.gguf',
  'twice/one.Q4_K_M.gguf',
  'demo/style.lora.gguf',
]

/** Folders of checkpoints and PEFT adapters. */
const listedFolders: ReadonlySet<string> = new Set(['me/model', 'me/style', 'me/manner'])

/** Runs a graph of this library's nodes on the fake language model. */
export async function runGraph(
  nodes: Record<string, WorkflowNode>,
  emit?: (event: RunEvent) => void,
  targets?: readonly string[],
): Promise<RunResult> {
  await using llama = createFakeLlama()
  await using model = await llama.loadModel({ path: 'fake.gguf' })
  return await runGraphOn(model, nodes, emit, targets)
}

/** As `runGraph`, on a model of one's own, whichever file the graph names. */
export async function runGraphOn(
  model: LanguageModel,
  nodes: Record<string, WorkflowNode>,
  emit: (event: RunEvent) => void = () => {},
  targets?: readonly string[],
): Promise<RunResult> {
  const vectors = new Map<string, ControlVector>()
  const compile = createConstraintCompiler()
  const listed = listedFiles.map(
    (file) => ({ file, kind: file.includes('lora') ? 'lora' : 'model' }) as const,
  )
  const ready = (recipe: ModelRecipe, signal: AbortSignal): ReadyModel => ({
    model,
    adapters: [],
    vectors: vectorUses(recipe),
    notes: [],
    warnings: [],
    constrain: (source) => compile(model, source, signal),
  })
  const services: NodeServices = {
    models: {
      list: () => Promise.resolve(listed),
      locate: async (file, { written }) => {
        checkWritten(file, written)
        return file
      },
      locateLora: async (file, { written }) => {
        checkWritten(file, written)
        return listedFolders.has(file) ? { peft: file } : { file }
      },
      locateCheckpoint: async (folder, { written }) => {
        checkWritten(folder, written)
        if (listedFolders.has(folder) || isModelAddress(folder))
          return { folder, files: ['config.json', 'model.safetensors'] }
        throw new WoolgatherError('model-not-found', `there is no ${folder}`)
      },
      fingerprint: (recipe) => Promise.resolve(filesOfModel(recipe)),
      use: (recipe, { signal }, work) => work(ready(recipe, signal)),
      useAll: (recipes, { signal }, work) => work(recipes.map((recipe) => ready(recipe, signal))),
      readVector: (file) => {
        const found = vectors.get(file)
        return found ? Promise.resolve(found) : Promise.reject(new Error(`there is no ${file}`))
      },
      writeVector: (file, vector) => {
        vectors.set(file, vector)
        return Promise.resolve(file)
      },
    },
    weights: {
      compare: () => Promise.reject(new Error('these models have no weights')),
      describeLora: () => Promise.resolve({ tensors: [], left: [] }),
      fingerprintLora: (source) => Promise.resolve(JSON.stringify(source)),
      saveLora: (file) => Promise.resolve(file),
      savePeft: (file) => Promise.resolve(file),
      saveModel: (file) => Promise.resolve({ file, bytes: 0, notes: [] }),
    },
    training: { train: () => Promise.reject(new Error('these models cannot be trained')) },
    files: {
      writeOutput: () => Promise.reject(new Error('this graph writes no files')),
      readInput: () => Promise.reject(new Error('this graph reads no files')),
      readInputBytes: () => Promise.reject(new Error('this graph reads no files')),
    },
  }
  return await executeWorkflow({
    workflow: { format: 'woolgather', version: 1, name: 'test', nodes },
    registry: createRegistry(definitions),
    services,
    emit,
    targets,
  })
}

/** As the worker's. */
function checkWritten(file: string, written: boolean): void {
  if (written || !isModelAddress(file)) return
  throw new WoolgatherError('model-not-found', `${file} is not written in the workflow`)
}
