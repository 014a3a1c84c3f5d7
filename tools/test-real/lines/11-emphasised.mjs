import { load, node, write } from '../graphs.mjs'
import { check } from '../outcome.mjs'

export default {
  title: 'emphasised',
  against: 'weight 1 is the plain prompt (reproducible); weight 2 changes what is likely',
  async run({ run, file }) {
    const prompt = (weight) => node('steering/prompt', { prompt: `A story about the (sea:${weight}). Once` })
    const ask = (name) => write('', { logprobs: 3 }, { prompt: [name, 'mix'] })
    const outputs = await run(
      {
        model: load(file, { reproducible: true }),
        one: prompt(1),
        two: prompt(2),
        plain: write('A story about the sea. Once', { logprobs: 3 }),
        same: ask('one'),
        more: ask('two'),
      },
      ['plain', 'same', 'more'],
    )
    const { plain, same, more } = outputs
    check(plain.text === same.text, `weight 1 writes “${same.text}”, the plain prompt “${plain.text}”`)
    check(JSON.stringify(more.logprobs) !== JSON.stringify(plain.logprobs), 'weight 2 changes nothing')
    return `${same.tokens} tokens alike, then ${more.tokens} that differ`
  },
}
