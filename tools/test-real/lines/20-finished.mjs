import { forms } from '../forms.mjs'
import { cellsOf, load, node, seedAxis, write } from '../graphs.mjs'
import { check } from '../outcome.mjs'

const maxTokens = 300

export default {
  title: 'finish, with room',
  against:
    'the same without finish (reproducible, to the letter): texts that end by themselves in half of the tokens',
  async run({ run, file }) {
    const counts = []
    for (const name of ['person', 'verdict']) {
      const form = forms[name]
      const links = { seed: ['seeds', 'value'], constraint: ['form', 'constraint'] }
      const answer = (finish) => write(form.prompt, { temperature: 0.8, maxTokens, finish }, links)
      const outputs = await run(
        {
          model: load(file, { reproducible: true }),
          seeds: seedAxis,
          form: node('steering/json-schema', { schema: form.schema }),
          with: answer(true),
          without: answer(false),
        },
        ['with', 'without'],
      )
      const [texts, others] = ['with', 'without'].map((one) => cellsOf(outputs[one].text))
      const roomy = cellsOf(outputs.without.tokens).flatMap((tokens, index) =>
        tokens <= maxTokens / 2 ? [index] : [],
      )
      const differ = roomy.find((index) => texts[index] !== others[index])
      check(differ === undefined, `${name}: “${others[differ]}” became “${texts[differ]}”`)
      counts.push(`${name} ${roomy.length} of ${texts.length} with room, all alike`)
      check(roomy.length > 0, `${name}: no text ended within ${maxTokens / 2} tokens`)
    }
    return counts.join(', ')
  },
}
