import { load, node, score, write } from '../graphs.mjs'
import { check, round } from '../outcome.mjs'

/** Nats a token, twice what bare llama.cpp parts by where it reads the same tokens in other parts: docs/models.md. */
const mostDrift = 0.15

export default {
  title: 'scored',
  against:
    'log-probabilities noted while the same text was written (0.15 a token); itself after other runs (reproducible, to the bit)',
  async run({ run, file, keep }) {
    const prompt = 'Once upon a time there was'
    const model = load(file)
    const answer = {
      score: node(
        'generation/score',
        { prompt, template: 'none' },
        { model: ['model', 'model'], choices: ['written', 'list'] },
      ),
      written: node('matrix/join', {}, { values: [['write', 'text']] }),
    }
    const outputs = await run({ model, write: write(prompt, { logprobs: 0 }), ...answer }, ['write', 'score'])
    const [noted, scored] = [outputs.write, outputs.score].map(({ logprobs }) => logprobs)
    check(noted.length === scored.length, `${noted.length} tokens were written, ${scored.length} scored`)
    const apart = noted.reduce(
      (sum, { logprob }, index) => sum + Math.abs(logprob - scored[index].logprob),
      0,
    )
    const told = `${round(apart / noted.length)} apart a token of ${round(outputs.score.logLikelihood / scored.length)}`
    check(apart / noted.length <= mostDrift, told)

    const strict = {
      model: load(file, { reproducible: true }),
      again: score(outputs.write.text, undefined, { prompt }),
    }
    const before = await run(strict, ['again'])
    await run({ ...strict, ...between(keep.lora) }, ['other'])
    const after = await run(strict, ['again'])
    const [first, second] = [before, after].map(({ again }) => again.logLikelihood)
    check(first === second, `${told}; reproducible ${first}, then ${second}`)
    return `${told}; the same twice`
  },
}

/** The same beginning under the LoRA that was made, where one was: nothing of it may stay. */
function between(lora) {
  if (lora === undefined) return { other: score('there was another text') }
  return {
    lora: node('lora/load', { file: lora }),
    apply: node('lora/apply', {}, { model: ['model', 'model'], lora: ['lora', 'lora'] }),
    other: score('there was another text', { model: ['apply', 'model'] }, { prompt: 'Once upon a time' }),
  }
}
