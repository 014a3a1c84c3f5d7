import { load, score } from '../graphs.mjs'
import { check, round } from '../outcome.mjs'
import { neutral, shuffled } from '../texts.mjs'

export default {
  title: 'loaded',
  against: 'perplexity of a plain text, beside its words shuffled',
  async run({ run, file }) {
    const outputs = await run({ model: load(file), plain: score(neutral), mixed: score(shuffled) }, [
      'plain',
      'mixed',
    ])
    const [plain, mixed] = [outputs.plain.perplexity, outputs.mixed.perplexity]
    check(plain * 2 < mixed, `perplexity ${round(plain)}, of its words shuffled ${round(mixed)}`)
    return `${round(plain)}, shuffled ${round(mixed)}`
  },
}
