import { load, write } from '../graphs.mjs'
import { check } from '../outcome.mjs'

export default {
  title: 'generated alone',
  against: 'itself again (reproducible, greedy, to the letter)',
  async run({ run, file }) {
    const nodes = { model: load(file, { reproducible: true }), write: write('Once upon a time') }
    const [first, second] = [await run(nodes, ['write']), await run(nodes, ['write'])]
    check(first.write.text.trim() !== '', 'nothing was written')
    check(first.write.text === second.write.text, `“${first.write.text}”, then “${second.write.text}”`)
    return `${first.write.tokens} tokens twice`
  },
}
