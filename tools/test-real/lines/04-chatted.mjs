import { load, node } from '../graphs.mjs'
import { check } from '../outcome.mjs'

const turns = [
  { role: 'user', content: 'My name is Ann.' },
  { role: 'assistant', content: 'Hello Ann.' },
  { role: 'user', content: 'What is my name?' },
]

export default {
  title: 'chatted with',
  against: 'its template: every turn is read in order, and control tokens end none of the answer',
  async run({ run, file }) {
    const links = { model: ['model', 'model'], messages: ['said', 'messages'] }
    const outputs = await run(
      {
        model: load(file),
        said: node('generation/messages', { turns }),
        read: node('generation/written-prompt', {}, links),
        write: node('generation/generate', { temperature: 0, maxTokens: 24, seed: 1 }, links),
      },
      ['read', 'write'],
    )
    const { prompt, stop, count } = outputs.read
    const places = turns.map(({ content }) => prompt.indexOf(content))
    check(
      places.every((place, index) => place > (places[index - 1] ?? -1)),
      `the turns are not in “${prompt}”`,
    )
    check(
      stop.every((end) => !outputs.write.text.includes(end)),
      `the answer goes on: “${outputs.write.text}”`,
    )
    return `${count} tokens read, ${outputs.write.tokens} written`
  },
}
