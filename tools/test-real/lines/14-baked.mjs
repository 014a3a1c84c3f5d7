import { load, node, score } from '../graphs.mjs'
import { near, Refused } from '../outcome.mjs'
import { neutral } from '../texts.mjs'

export default {
  title: 'LoRA applied and baked',
  // Applied is computed with the file's own, quantised weights: rounding alone moves a text's perplexity by up to 1.7 %
  // there (bench/llama/drift.bench.mjs), whatever else is in the context.
  against: 'perplexity of baked in F32, beside applied (reproducible, within 3 %)',
  async run({ run, file, lora, keep }) {
    const name = lora ?? keep.lora
    if (name === undefined) throw new Refused('there is no LoRA: give one with --lora')
    const loaded = { lora: ['lora', 'lora'] }
    const outputs = await run(
      {
        model: load(file, { reproducible: true }),
        lora: node('lora/load', { file: name }),
        apply: node('lora/apply', {}, { model: ['model', 'model'], ...loaded }),
        bake: node('lora/bake', { type: 'F32' }, { model: ['model', 'model'], loras: [['lora', 'lora']] }),
        applied: score(neutral, { model: ['apply', 'model'] }),
        baked: score(neutral, { model: ['bake', 'model'] }),
      },
      ['applied', 'baked'],
    )
    return near('perplexity baked', outputs.baked.perplexity, outputs.applied.perplexity, 0.03)
  },
}
