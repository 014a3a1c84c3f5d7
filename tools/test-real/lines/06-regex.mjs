import { numbersRegex, personRegex, writeForms } from '../constrained.mjs'
import { node } from '../graphs.mjs'

const patterns = { person: personRegex, numbers: numbersRegex }

export default {
  title: 'constrained by regex',
  against: 'JSON.parse: 2 forms × 8 seeds, 200 tokens',
  run: (context) =>
    writeForms(context, Object.keys(patterns), (_, name) =>
      node('steering/regex', { pattern: patterns[name] }),
    ),
}
