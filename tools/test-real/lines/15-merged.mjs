import { load, node, score } from '../graphs.mjs'
import { near } from '../outcome.mjs'
import { neutral } from '../texts.mjs'

export default {
  title: 'merged with itself',
  against: 'perplexity of the model (within 2 %)',
  async run({ run, file }) {
    const outputs = await run(
      {
        model: load(file),
        merge: node('merging/weighted-sum', {}, { first: ['model', 'model'], second: ['model', 'model'] }),
        before: score(neutral),
        after: score(neutral, { model: ['merge', 'model'] }),
      },
      ['before', 'after'],
    )
    return near('perplexity', outputs.after.perplexity, outputs.before.perplexity, 0.02)
  },
}
