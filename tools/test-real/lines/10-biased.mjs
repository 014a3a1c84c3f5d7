import { cellsOf, load, node, seedAxis, write } from '../graphs.mjs'
import { check } from '../outcome.mjs'

export default {
  title: 'biased',
  against: 'the words in 8 texts each: never, only (an emoji, too), as typed',
  async run({ run, file }) {
    const bias = (words, exact = false) => node('steering/logit-bias', { words, exact })
    const ask = (name, prompt) =>
      write(prompt, { temperature: 1 }, { seed: ['seeds', 'value'], sampler: [name, 'sampler'] })
    const outputs = await run(
      {
        model: load(file),
        seeds: seedAxis,
        never: bias('the, a, and: never'),
        without: ask('never', 'Once there was a fox who lived by'),
        only: bias('sea, café, 🐉: only'),
        alone: ask('only', 'He loved'),
        typed: bias('" sea": 60', true),
        likely: ask('typed', 'He loved the'),
      },
      ['without', 'alone', 'likely'],
    )
    const texts = (name) => cellsOf(outputs[name].text)
    const leaked = texts('without').filter((text) =>
      /(?<![\p{L}\p{N}])(the|a|and)(?![\p{L}\p{N}])/iu.test(text),
    )
    check(leaked.length === 0, `“${leaked[0]}” has a word that must never come`)
    const others = texts('alone').filter((text) => !/^[ ]?(sea|café|🐉)( |$)/iu.test(text))
    check(others.length === 0, `“${others[0]}” is not of the only words`)
    const missed = texts('likely').filter((text) => !text.includes(' sea'))
    check(missed.length === 0, `“${missed[0]}” has no “ sea”`)
    return '24 of 24 texts'
  },
}
