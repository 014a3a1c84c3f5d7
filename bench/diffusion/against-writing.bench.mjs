/**
 * What a story costs that comes out of a canvas of 80 places, against one that is written from left to right: processor time
 * of the demo's two models.
 *
 *     node bench/diffusion/against-writing.bench.mjs [stories]
 */
import { fileURLToPath } from 'node:url'
import { createLlama } from '@woolgather/llama'
import { printTable, withCpuTime } from '../native/sides.mjs'

const stories = Number(process.argv[2] ?? 20)
const demo = (file) => fileURLToPath(new URL(`../../models/demo/${file}`, import.meta.url))
const llama = await createLlama({ gpu: 'cpu', threads: 1 })
const [writer, diffuser] = [
  await llama.loadModel({ path: demo('storyteller.gguf') }),
  await llama.loadModel({ path: demo('diffuser.gguf') }),
]
const seeds = Array.from({ length: stories }, (_, seed) => seed)
const ask = async (model) => {
  const { stop, ...prompt } = await model.formatChat([
    { role: 'user', content: 'Tell me a happy story about the sea.' },
  ])
  return { stop, prompt: { ...prompt, special: true } }
}
const written = await ask(writer)
const asked = await ask(diffuser)
const write = () =>
  Promise.all(
    seeds.map((seed) => writer.generate({ ...written, seed, maxTokens: 80, sampling: { temperature: 0.7 } })),
  )
const diffuse = (settings) => () =>
  Promise.all(
    seeds.map((seed) =>
      diffuser.diffuse({
        prompt: asked.prompt,
        canvas: Array(80).fill(null),
        temperature: 0.7,
        seed,
        ...settings,
      }),
    ),
  )
const cost = async (work) => {
  await work()
  return (await withCpuTime(async () => ({ done: await work() }))).cpuMs / stories
}
const base = await cost(write)
const rows = { 'from left to right': { 'ms a story': Number(base.toFixed(1)), times: 1 } }
for (const [name, settings] of Object.entries({
  '16 steps': { steps: 16 },
  '32 steps': { steps: 32 },
  '80 steps': { steps: 80 },
  '32 steps, guidance 2': { steps: 32, guidance: 2 },
})) {
  const each = await cost(diffuse(settings))
  rows[name] = { 'ms a story': Number(each.toFixed(1)), times: Number((each / base).toFixed(1)) }
}
printTable(`A story, of ${stories}`, rows)
await llama[Symbol.asyncDispose]()
