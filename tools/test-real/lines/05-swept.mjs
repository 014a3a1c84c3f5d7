import { cellsOf, load, node, write } from '../graphs.mjs'
import { check } from '../outcome.mjs'

export default {
  title: 'swept',
  against: '2 temperatures × 4 seeds: greedy texts are one (reproducible), warm ones differ',
  async run({ run, file }) {
    const { write: written } = await run(
      {
        model: load(file, { reproducible: true }),
        temperatures: node('matrix/axis', { values: [0, 1.2] }),
        seeds: node('matrix/axis', { values: [1, 2, 3, 4] }),
        write: write(
          'The best thing about the sea is',
          {},
          {
            temperature: ['temperatures', 'value'],
            seed: ['seeds', 'value'],
          },
        ),
      },
      ['write'],
    )
    const texts = cellsOf(written.text)
    check(texts.length === 8, `${texts.length} cells of 8`)
    const { axes, cells } = written.text
    const axis = axes.find(({ values }) => values.includes(1.2)).id
    const at = (index) => new Set(cells.filter((cell) => cell.at[axis] === index).map(({ value }) => value))
    check(at(0).size === 1, `${at(0).size} greedy texts`)
    check(at(1).size > 1, 'warm texts are all the same')
    return `${at(0).size} greedy and ${at(1).size} warm texts`
  },
}
