import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Internals that the package does not export: what is measured here is a part of a step. */
const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../packages/llama/dist')
export const internal = (file) => import(path.join(dist, file))

export const demoModel = fileURLToPath(new URL('../../models/demo/storyteller.gguf', import.meta.url))

/** Milliseconds of wall clock and of this process's processors, and what the work returned. */
export async function measure(work) {
  const [start, before] = [performance.now(), process.cpuUsage()]
  const result = await work()
  const { user, system } = process.cpuUsage(before)
  return { result, ms: performance.now() - start, cpuMs: (user + system) / 1000 }
}

/** Biases that keep a model from ending its text. */
export function endless(model) {
  return model.endTokens().map((token) => ({ token, bias: -Infinity }))
}
