import { load, node, score, write } from '../test-real/graphs.mjs'
import { applied, cells, lora, other, prompt } from './cells.mjs'

const held = { texts: [prompt] }

/** Columns of the table of diffusion models: what is done, and what its answer is held against. */
export const diffusionCells = {
  async load(row) {
    await row.run({
      ...row.model(),
      embed: node('generation/embed', { text: prompt }, { model: ['model', 'model'] }),
    })
    row.embeds = true
  },

  /** Refused, as it writes nothing from left to right. */
  async generate(row) {
    await row.run({ ...row.model(), write: write(prompt) })
  },

  async diffuse(row) {
    await row.fills(held)
  },

  async mix(row) {
    const guidance = 1.5
    await row.fills(
      { texts: [prompt, other], weights: [guidance, 1 - guidance] },
      {
        negative: node('steering/negative', { prompt, negative: other, guidance }),
        prompt: ['negative', 'mix'],
      },
    )
  },

  async lora(row) {
    await row.fills({ ...held, lora: row.files.at('lora') }, applied(row))
  },

  async bake(row) {
    const bake = node('lora/bake', { type: 'F32' }, { model: ['model', 'model'], loras: [['lora', 'lora']] })
    await row.fills({ ...held, file: 'baked' }, { ...lora(row), bake, last: ['bake', 'model'] })
  },

  async merge(row) {
    const merge = node('merging/weighted-sum', {}, { first: ['model', 'model'], second: ['second', 'model'] })
    await row.fills(
      { ...held, file: 'average' },
      { second: load(row.named('other')), merge, last: ['merge', 'model'] },
    )
  },

  quantise: (row) => cells.quantise(row),

  async steer(row) {
    const steered = {
      vector: node('steering/load-vector', { file: row.named('vector') }),
      steer: node('steering/steer', {}, { model: ['model', 'model'], vector: ['vector', 'vector'] }),
    }
    const vector = { numbers: row.files.vector, layers: row.files.layers - 1 }
    await row.fills({ ...held, vector }, { ...steered, last: ['steer', 'model'] })
  },

  async score(row) {
    const outputs = await row.run({ ...row.model(), score: score(' and more', undefined, { prompt }) })
    await row.estimates(prompt, outputs.score.logprobs)
  },

  embed: (row) => cells.embed(row),
}
