import { cellsOf, load, node, score } from '../graphs.mjs'
import { check, round } from '../outcome.mjs'
import { happy, neutral, sad } from '../texts.mjs'

const strengths = [-2, -1, 0, 1, 2]

export default {
  title: 'steered',
  against: 'log-odds of happy to sad rise with strengths −2…2; perplexity at ±1 at most 1.25 × that at 0',
  async run({ run, file }) {
    const steered = { model: ['steer', 'model'] }
    const mood = (word) => score(` ${word}`, steered, { prompt: 'Once there was a fox who was very' })
    const outputs = await run(
      {
        model: load(file),
        vector: node(
          'steering/control-vector',
          { positive: happy, negative: sad, read: 'text' },
          { model: ['model', 'model'] },
        ),
        strengths: node('matrix/axis', { values: strengths }),
        steer: node(
          'steering/steer',
          {},
          { model: ['model', 'model'], vector: ['vector', 'vector'], strength: ['strengths', 'value'] },
        ),
        happy: mood('happy'),
        sad: mood('sad'),
        plain: score(neutral, steered),
      },
      ['happy', 'sad', 'plain'],
    )
    const sadness = cellsOf(outputs.sad.logLikelihood)
    const odds = cellsOf(outputs.happy.logLikelihood).map((value, index) => value - sadness[index])
    const perplexities = cellsOf(outputs.plain.perplexity)
    const told = `log-odds ${odds.map(round).join(', ')}; perplexity ${perplexities.map(round).join(', ')}`
    check(
      odds.every((value, index) => index === 0 || value > odds[index - 1]),
      `not rising: ${told}`,
    )
    check(Math.max(perplexities[1], perplexities[3]) <= 1.25 * perplexities[2], `text falls apart: ${told}`)
    return told
  },
}
