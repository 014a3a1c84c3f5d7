import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createRegistry } from '@woolgather/engine'
import { createLlama } from '@woolgather/llama'
import { definitions } from '@woolgather/nodes/definitions'
import { startWorker } from '../../apps/worker/dist/worker.js'

/** A worker in this process, as the server starts one in its own; its cache is empty. */
export async function openWorker(modelsFolder) {
  const data = mkdtempSync(path.join(tmpdir(), 'woolgather-bench-'))
  const listeners = new Map()
  const send = (message) => {
    if (message.type === 'events') for (const event of message.events) listeners.get(message.run)?.(event)
  }
  const llama = await createLlama({ gpu: 'cpu', threads: 1 })
  const worker = startWorker({
    llama,
    folders: { models: [modelsFolder], output: data, data },
    registry: createRegistry(definitions),
    send,
  })
  let runs = 0
  return {
    /** Runs nodes; resolves with the events that tell of finished cells. */
    run: (nodes) =>
      new Promise((resolve, reject) => {
        const run = `run-${++runs}`
        const finished = []
        listeners.set(run, (event) => {
          if (event.type === 'cell.finished') finished.push(event)
          if (event.type !== 'run.finished') return
          listeners.delete(run)
          if (event.status === 'completed') resolve(finished)
          else reject(new Error(`The run ended ${event.status}`))
        })
        worker.handle({
          type: 'run',
          run,
          workflow: { format: 'woolgather', version: 1, name: 'bench', nodes },
        })
      }),
    async close() {
      await worker[Symbol.asyncDispose]()
      rmSync(data, { recursive: true })
    },
  }
}
