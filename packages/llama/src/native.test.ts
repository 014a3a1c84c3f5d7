import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { writeRandomModel } from '@woolgather/ggml/testing'
import { createLlama } from './create-llama.ts'
import { describeLlamaContract } from './testing/contract.ts'

describeLlamaContract('the native runtime', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'llama-'))
  const modelPath = path.join(folder, 'model.gguf')
  await writeRandomModel(modelPath)
  const runtime = await createLlama({ gpu: 'cpu', threads: 1 })
  return {
    runtime,
    modelPath,
    async [Symbol.asyncDispose]() {
      await runtime[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
})
