/**
 * A step of denoising for 1, 4, 16 and 64 canvases at once, with and without guidance, against the bare decode calls that it
 * takes; what a text costs where several share a call; and what one costs that is read without memory, against one that is
 * read with it (logits of the masks only), and one whose prompt is kept. Processor time, in turns.
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
const { loadWeights } = await internal('native/load-weights.js')
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
  const weights = await loadWeights(native, { path: file, parts: [file], gpuLayers: 0 })
  const bare = await CanvasContext.create(native, weights, { contextSize: 2048, sequences: 16, threads: 1 })
  const mask = model.info.diffusion.maskToken
  const text = [...tokens, ...holes.map(() => mask)]
  const diffuse = (cells, guidance) =>
    Promise.all(
      Array.from({ length: cells }, (_, seed) =>
        model.diffuse({ prompt: { tokens }, canvas: holes, steps, guidance, temperature: 0.7, seed }),
      ),
    )
  const decode = async (texts, perCall, masks = canvas) => {
    const rows = Array.from({ length: masks }, (_, place) => prompt + place)
    for (let done = 0; done < texts; done += perCall)
      await bare.decode(Array.from({ length: perCall }, () => ({ tokens: text, rows })))
  }
  return { diffuse, decode }
}

async function compare({ diffuse, decode }, cells, guidance) {
  const found = { step: [], ratio: [] }
  for (let round = 0; round <= rounds; round++) {
    const own = await cpuMs(() => diffuse(cells, guidance))
    const calls = await cpuMs(async () => {
      for (let step = 0; step < steps; step++) await decode(cells * guidance, 1, canvas * (1 - step / steps))
    })
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

/** A call of half the canvas masked: without memory, with it, and with the prompt kept. */
async function compareMemory(file) {
  const contexts = []
  for (const load of [NativeModel.load, loadWeights]) {
    const weights = await load(native, { path: file, parts: [file], gpuLayers: 0 })
    contexts.push(await CanvasContext.create(native, weights, { contextSize: 256, sequences: 1, threads: 1 }))
  }
  const [plain, remembering] = contexts
  const text = {
    tokens: [...tokens, ...holes.map(() => 300)],
    rows: holes.flatMap((_, at) => (at % 2 ? [prompt + at] : [])),
  }
  const costs = { with: [], kept: [] }
  for (let round = 0; round <= rounds; round++) {
    const base = await cpuMs(() => plain.decode([text]))
    const memory = await cpuMs(() => remembering.decode([text]))
    await remembering.decode([{ ...text, sequence: 0 }])
    const kept = await cpuMs(() => remembering.decode([{ ...text, sequence: 0, keep: prompt }]))
    if (round === 0) continue
    costs.with.push(memory / base)
    costs.kept.push(kept / base)
  }
  return {
    'without memory': 1,
    'with memory': Number(median(costs.with).toFixed(2)),
    'prompt kept': Number(median(costs.kept).toFixed(2)),
  }
}

const memory = { demo: await compareMemory(file) }
for (const name of ['43M llada F16', '128k vocabulary llada Q8_0'])
  memory[name] = await compareMemory(await modelFile(name))
printTable(`A call of ${prompt} + ${canvas} tokens, half of the canvas masked`, memory)
await llama[Symbol.asyncDispose]()
