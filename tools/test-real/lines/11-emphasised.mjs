import { cellsOf, load, node, write } from '../graphs.mjs'
import { check, round } from '../outcome.mjs'

const weights = [0, 0.5, 1, 1.5, 2]

export default {
  title: 'emphasised',
  against:
    'weight 1 writes as the plain prompt (reproducible); the log-probability of “sea” rises with its weight in the prompt',
  async run({ run, file }) {
    const about = (sea) =>
      `The two words on the list are ${sea} and hill. Again: the two words on the list are`
    const prompts = node('matrix/axis', {
      values: weights.map((weight) => about(`(sea:${weight})`)),
      type: 'text',
    })
    const outputs = await run(
      {
        model: load(file, { reproducible: true }),
        prompts,
        weighted: node('steering/prompt', {}, { prompt: ['prompts', 'value'] }),
        next: write('', { maxTokens: 1, logprobs: 100 }, { prompt: ['weighted', 'mix'] }),
        one: node('steering/prompt', { prompt: about('(sea:1)') }),
        same: write('', {}, { prompt: ['one', 'mix'] }),
        plain: write(about('sea')),
      },
      ['plain', 'same', 'next'],
    )
    const { plain, same, next } = outputs
    check(plain.text === same.text, `weight 1 writes “${same.text}”, the plain prompt “${plain.text}”`)
    const logprobs = cellsOf(next.logprobs).map(([first]) => logprobOf(first, ' sea'))
    const told = `log-probability of “sea” ${logprobs.map(round).join(', ')} at weights ${weights.join(', ')}`
    check(
      logprobs.every((value, index) => index === 0 || value > logprobs[index - 1]),
      `not rising: ${told}`,
    )
    return `${same.tokens} tokens alike; ${told}`
  },
}

/** Of a token where another was chosen; what is not among the likeliest is less likely than they are. */
function logprobOf({ alternatives }, word) {
  const least = alternatives.at(-1).logprob
  return alternatives.find(({ text }) => text === word)?.logprob ?? least
}
