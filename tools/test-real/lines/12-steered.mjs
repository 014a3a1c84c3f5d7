import { cellsOf, load, node, score } from '../graphs.mjs'
import { check, round } from '../outcome.mjs'
import { happy, sad, statements } from '../texts.mjs'

const strengths = [-2, -1, 0, 1, 2]

export default {
  title: 'steered',
  against:
    'log-odds of happy to sad rise with strengths −2…2; perplexity of 500 neutral words at ±1 at most 1.25 × that at 0, of none of their sentences above 1.5 ×',
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
        plain: node('generation/score', { choices: statements, template: 'none' }, steered),
      },
      ['happy', 'sad', 'plain'],
    )
    const sadness = cellsOf(outputs.sad.logLikelihood)
    const odds = cellsOf(outputs.happy.logLikelihood).map((value, index) => value - sadness[index])
    const tables = cellsOf(outputs.plain.table).map(({ rows }) => rows)
    const perplexities = tables.map(perplexityOf)
    const worst = Math.max(
      ...[1, 3].flatMap((at) => tables[at].map(([, , ppl], row) => ppl / tables[2][row][2])),
    )
    const told = `log-odds ${odds.map(round).join(', ')}; perplexity ${perplexities.map(round).join(', ')}, of a sentence up to ${round(worst)} ×`
    check(
      odds.every((value, index) => index === 0 || value > odds[index - 1]),
      `not rising: ${told}`,
    )
    check(Math.max(perplexities[1], perplexities[3]) <= 1.25 * perplexities[2], `text falls apart: ${told}`)
    check(worst <= 1.5, `a sentence falls apart: ${told}`)
    return told
  },
}

/** Of all texts of a table of scores together. */
function perplexityOf(rows) {
  const total = (column) => rows.reduce((sum, row) => sum + row[column], 0)
  return Math.exp(-total(1) / total(3))
}
