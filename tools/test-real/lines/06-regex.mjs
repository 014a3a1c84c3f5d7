import { against, patterns, writeForms } from '../constrained.mjs'
import { node } from '../graphs.mjs'

export default {
  title: 'constrained by regex',
  against,
  run: (context) => writeForms(context, (_, name) => node('steering/regex', { pattern: patterns[name] })),
}
