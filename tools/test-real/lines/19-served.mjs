import { load, node, write } from '../graphs.mjs'
import { check } from '../outcome.mjs'

export default {
  title: 'served (/v1)',
  against: 'the same prompt run as a graph (reproducible, greedy, to the letter)',
  async run({ run, file, ask }) {
    const prompt = 'Once upon a time'
    const model = load(file, { reproducible: true })
    const workflow = {
      format: 'woolgather',
      version: 1,
      name: 'served',
      nodes: {
        model,
        prompt: node('api/input', { name: 'prompt', type: 'text', value: prompt }),
        write: write('', {}, { prompt: ['prompt', 'value'] }),
        answer: node('api/output', { name: 'answer' }, { value: ['write', 'text'] }),
      },
    }
    const saved = await ask('/api/workflows/served', { method: 'PUT', body: { workflow } })
    check(saved.ok, `the workflow is not saved: ${JSON.stringify(saved.answer)}`)
    const asked = { model: 'served', prompt, temperature: 0, max_tokens: 24 }
    const { ok, answer } = await ask('/v1/completions', { method: 'POST', body: asked })
    check(ok, JSON.stringify(answer))
    const graph = await run({ model, write: write(prompt) }, ['write'])
    const [text] = answer.choices.map((choice) => choice.text)
    check(text === graph.write.text, `served “${text}”, run “${graph.write.text}”`)
    return `${answer.usage?.completion_tokens ?? graph.write.tokens} tokens alike`
  },
}
