import { cellsOf, load, seedAxis, seeds, write } from '../graphs.mjs'
import { check } from '../outcome.mjs'

export default {
  title: 'generated in a batch',
  against: 'each of 8 seeds alone (reproducible, to the letter)',
  async run({ run, file }) {
    const model = load(file, { reproducible: true })
    const settings = { temperature: 0.8, maxTokens: 24 }
    const together = await run(
      { model, seeds: seedAxis, write: write('Once upon a time', settings, { seed: ['seeds', 'value'] }) },
      ['write'],
    )
    const texts = cellsOf(together.write.text)
    let same = 0
    for (const [index, seed] of seeds.entries()) {
      const alone = await run({ model, write: write('Once upon a time', { ...settings, seed }) }, ['write'])
      if (alone.write.text === texts[index]) same++
    }
    check(same === seeds.length, `${same} of ${seeds.length} are what they are alone`)
    return `${same} of ${seeds.length}`
  },
}
