import type { RunResult } from '@woolgather/engine'
import { writeRandomModel } from '../packages/ggml/src/testing/index.ts'
import { createLlama, type LanguageModel } from '../packages/llama/src/index.ts'
import type { RunEvent, WorkflowNode } from '@woolgather/workflow'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runGraphOn } from '../nodes/testing/run-graph.ts'

export interface TinyDiffuser extends AsyncDisposable {
  model: LanguageModel
  /** Runs a graph on it, whichever file the graph names. */
  run(nodes: Record<string, WorkflowNode>, emit?: (event: RunEvent) => void): Promise<RunResult>
}

/** A diffusion model with random weights, which fills holes with nonsense. */
export async function openTinyDiffuser({ saysShift = true } = {}): Promise<TinyDiffuser> {
  const folder = await mkdtemp(path.join(tmpdir(), 'diffuser-'))
  const file = path.join(folder, 'diffuser.gguf')
  await writeRandomModel(file, {
    architecture: 'llada',
    name: 'Tiny diffuser',
    metadata: {
      'tokenizer.ggml.mask_token_id': { u32: 300 },
      ...(saysShift && { 'diffusion.shift_logits': { bool: false } }),
    },
  })
  const llama = await createLlama({ gpu: 'cpu', threads: 1 })
  const model = await llama.loadModel({ path: file })
  return {
    model,
    run: (nodes, emit) => runGraphOn(model, nodes, emit),
    async [Symbol.asyncDispose]() {
      await llama[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}
