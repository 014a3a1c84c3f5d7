import { load, node, score } from '../graphs.mjs'
import { check, round } from '../outcome.mjs'
import { neutral } from '../texts.mjs'

/** As high as tells whether the change is found: all of it would take minutes. */
const rank = 16

export default {
  title: 'LoRA extracted',
  against: 'a merge of model and extracted change: nearer to the tuned model than the model is',
  async run({ run, file, tuned, keep }) {
    const nodes = {
      model: load(file),
      ...tuned,
      extract: node('lora/extract', { rank }, { base: ['model', 'model'], tuned: ['tuned', 'model'] }),
      save: node(
        'lora/save',
        { file: 'loras/extracted.gguf', overwrite: true },
        { lora: ['extract', 'lora'] },
      ),
      apply: node('lora/apply', {}, { model: ['model', 'model'], lora: ['extract', 'lora'] }),
      before: score(neutral),
      after: score(neutral, { model: ['apply', 'model'] }),
      goal: score(neutral, { model: ['tuned', 'model'] }),
      kept: node('output/preview', {}, { value: ['extract', 'kept'] }),
    }
    const outputs = await run(nodes, ['save', 'before', 'after', 'goal', 'kept'])
    keep.lora = outputs.save.file
    const [before, after, goal] = ['before', 'after', 'goal'].map((name) => outputs[name].logLikelihood)
    const share = outputs.kept.value
    const told = `rank ${rank} keeps ${round(100 * share)} %; log-likelihood ${round(before)} → ${round(after)}, tuned ${round(goal)}`
    check(share > 0 && share <= 1 && after !== before, told)
    check(Math.abs(after - goal) < Math.abs(before - goal), `further from the tuned model: ${told}`)
    return told
  },
}
