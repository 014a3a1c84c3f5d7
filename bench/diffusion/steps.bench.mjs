/**
 * A step of denoising for 1, 4, 16 and 64 canvases at once, with and without guidance, against the bare decode calls that it
 * takes; and what a text costs where several share a call. Processor time, in turns.
 *
 *     node bench/diffusion/steps.bench.mjs [rounds]
 */
import { fileURLToPath } from 'node:url'
import { loadNative } from '@woolgather/ggml'
import { createLlama } from '@woolgather/llama'
import { internal } from '../llama/side-llama.mjs'
import { modelFile } from '../native/models.mjs'
import { median, printTable } from '../native/sides.mjs'

const { NativeModel } = await internal('native/native-model.js')
const { CanvasContext } = await internal('native/canvas-context.js')

const rounds = Number(process.argv[2] ?? 5)
const file = fileURLToPath(new URL('../../models/demo/diffuser.gguf', import.meta.url))
const [prompt, canvas, steps] = [24, 96, 2]
const tokens = Array.from({ length: prompt }, (_, at) => 3 + ((at * 37) % 1000))
const holes = Array.from({ length: canvas }, () => null)

const cpuMs = async (work) => {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

const llama = await createLlama({ gpu: 'cpu', threads: 1 })
const native = await loadNative({ gpu: 'cpu' })

/** A model twice: as it is used, and for bare calls. */
async function open(file) {
  const model = await llama.loadModel({ path: file })
  const weights = await NativeModel.load(native, { path: file, gpuLayers: 0 })
  const bare = await CanvasContext.create(native, weights, { contextSize: 2048, sequences: 16, threads: 1 })
  const mask = model.info.diffusion.maskToken
  const text = [...tokens, ...holes.map(() => mask)]
  const diffuse = (cells, guidance) =>
    Promise.all(
      Array.from({ length: cells }, (_, seed) =>
        model.diffuse({ prompt: { tokens }, canvas: holes, steps, guidance, temperature: 0.7, seed }),
      ),
    )
  const decode = async (texts, perCall) => {
    for (let done = 0; done < texts; done += perCall)
      await bare.decode(Array.from({ length: perCall }, () => text))
  }
  return { diffuse, decode }
}

async function compare({ diffuse, decode }, cells, guidance) {
  const found = { step: [], ratio: [] }
  for (let round = 0; round <= rounds; round++) {
    const own = await cpuMs(() => diffuse(cells, guidance))
    const calls = await cpuMs(() => decode(cells * steps * guidance, 1))
    if (round === 0) continue
    found.step.push(own / steps)
    found.ratio.push(calls / own)
  }
  return {
    'ms a step': Number(median(found.step).toFixed(1)),
    'bare calls ÷ it': Number(median(found.ratio).toFixed(2)),
  }
}

const demo = await open(file)
const table = {}
for (const guidance of [1, 2]) {
  for (const cells of [1, 4, 16, 64])
    table[`demo, ${cells} canvases${guidance === 1 ? '' : ', guidance'}`] = await compare(
      demo,
      cells,
      guidance,
    )
}
const large = await open(await modelFile('43M llada F16'))
for (const guidance of [1, 2])
  table[`43M, vocabulary 8,192, 1 canvas${guidance === 1 ? '' : ', guidance'}`] = await compare(
    large,
    1,
    guidance,
  )
printTable(`A step of ${canvas} places behind ${prompt} tokens, one thread`, table)

const { decode } = demo
const shared = {}
for (const perCall of [1, 2, 4, 8, 16]) {
  const costs = []
  for (let round = 0; round <= rounds; round++) {
    const one = await cpuMs(() => decode(16, 1))
    const many = await cpuMs(() => decode(16, perCall))
    if (round > 0) costs.push(many / one)
  }
  shared[`${perCall} texts a call`] = Number(median(costs).toFixed(2))
}
printTable('What a text costs, against one a call', shared)
await llama[Symbol.asyncDispose]()
