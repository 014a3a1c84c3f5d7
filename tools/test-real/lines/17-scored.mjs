import { load, node, write } from '../graphs.mjs'
import { near } from '../outcome.mjs'

export default {
  title: 'scored',
  against: 'log-probabilities noted while the same text was written (within 2 %)',
  async run({ run, file }) {
    const prompt = 'Once upon a time there was'
    const outputs = await run(
      {
        model: load(file),
        write: write(prompt, { logprobs: 0, maxTokens: 12 }),
        score: node(
          'generation/score',
          { prompt, template: 'none' },
          { model: ['model', 'model'], choices: ['written', 'list'] },
        ),
        written: node('matrix/join', {}, { values: [['write', 'text']] }),
      },
      ['write', 'score'],
    )
    const noted = outputs.write.logprobs.reduce((sum, { logprob }) => sum + logprob, 0)
    return near('log-likelihood', outputs.score.logLikelihood, noted, 0.02)
  },
}
