/**
 * Memory that a diffusion model takes once a canvas as long as its context was filled, with guidance, against what is
 * counted when it is loaded. Linux.
 *
 *     node bench/diffusion/memory.bench.mjs [context]
 */
import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createLlama } from '@woolgather/llama'
import { modelFile } from '../native/models.mjs'
import { printTable } from '../native/sides.mjs'

const mebibyte = 2 ** 20
const self = fileURLToPath(import.meta.url)
const demo = fileURLToPath(new URL('../../models/demo/diffuser.gguf', import.meta.url))

const residentOf = () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024

async function fill(llama, path, contextSize) {
  const model = await llama.loadModel({ path, contextSize })
  const canvas = Array(contextSize - 8).fill(null)
  const prompt = { tokens: [1, 2, 3, 4, 5, 6, 7, 8] }
  await model.diffuse({ prompt, canvas, steps: 1, guidance: 2, seed: 1, temperature: 0.7 })
  return model.info.memory.ram
}

/** In a process of its own, whose code has run before it is measured. */
async function measure(path, contextSize) {
  const llama = await createLlama({ gpu: 'cpu', threads: 1 })
  await fill(llama, demo, 64)
  const before = residentOf()
  const counted = await fill(llama, path, contextSize)
  process.send({ taken: residentOf() - before, counted })
  process.exit()
}

async function compare() {
  const contextSize = Number(process.argv[2] ?? 1024)
  const rows = {}
  for (const name of ['43M llada F16', '128k vocabulary llada Q8_0']) {
    const child = fork(self, ['--child', await modelFile(name), contextSize])
    const { taken, counted } = await new Promise((resolve) => child.once('message', resolve))
    rows[`${name}, ${contextSize} tokens`] = {
      'MiB taken': Math.round(taken / mebibyte),
      'MiB counted': Math.round(counted / mebibyte),
      'counted ÷ taken': Number((counted / taken).toFixed(2)),
    }
  }
  printTable('Memory of a context that was used whole', rows)
}

if (process.argv[2] === '--child') await measure(process.argv[3], Number(process.argv[4]))
else await compare()
