import { load, node } from '../graphs.mjs'
import { check, round } from '../outcome.mjs'

const texts = {
  one: 'The fox lived by the sea.',
  two: 'A fox had its home near the sea.',
  other: 'Once she counted to twelve, and then the robot sang.',
}
const dot = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0)

export default {
  title: 'embedded',
  against: 'length 1; two ways to say a thing are closer than two things',
  async run({ run, file }) {
    const embed = (text) => node('generation/embed', { text }, { model: ['model', 'model'] })
    const nodes = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, embed(text)]))
    const outputs = await run({ model: load(file), ...nodes }, Object.keys(texts))
    const [one, two, other] = Object.keys(texts).map((name) => outputs[name].list)
    check(Math.abs(dot(one, one) - 1) < 1e-3, `length ${round(Math.sqrt(dot(one, one)))}`)
    const told = `${round(dot(one, two))}, another thing ${round(dot(one, other))}`
    check(dot(one, two) > dot(one, other), told)
    return told
  },
}
