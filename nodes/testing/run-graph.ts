import { createRegistry, executeWorkflow, type RunResult } from '@woolgather/engine'
import type { ControlVector } from '@woolgather/llama'
import { createFakeLlama } from '@woolgather/llama/fake'
import type { RunEvent, WorkflowNode } from '@woolgather/workflow'
import { createConstraintCompiler, definitions, vectorUses, type NodeServices } from '../index.ts'

/** Runs a graph of this library's nodes on the fake language model. */
export async function runGraph(
  nodes: Record<string, WorkflowNode>,
  emit: (event: RunEvent) => void = () => {},
): Promise<RunResult> {
  await using llama = createFakeLlama()
  await using model = await llama.loadModel({ path: 'fake.gguf' })
  const vectors = new Map<string, ControlVector>()
  const compile = createConstraintCompiler()
  const services: NodeServices = {
    models: {
      locate: (file) => Promise.resolve(file),
      fingerprint: ({ file }) => Promise.resolve(file),
      use: (recipe, _options, work) =>
        work({
          model,
          adapters: [],
          vectors: vectorUses(recipe),
          constrain: (source) => compile(model, source),
        }),
      readVector: (file) => {
        const found = vectors.get(file)
        return found ? Promise.resolve(found) : Promise.reject(new Error(`there is no ${file}`))
      },
      writeVector: (file, vector) => {
        vectors.set(file, vector)
        return Promise.resolve(file)
      },
    },
    files: {
      writeOutput: () => Promise.reject(new Error('this graph writes no files')),
      readInput: () => Promise.reject(new Error('this graph reads no files')),
    },
  }
  return await executeWorkflow({
    workflow: { format: 'woolgather', version: 1, name: 'test', nodes },
    registry: createRegistry(definitions),
    services,
    emit,
  })
}
