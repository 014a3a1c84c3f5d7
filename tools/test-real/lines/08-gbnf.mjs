import { against, gbnf, grammar, writeForms } from '../constrained.mjs'

export default {
  title: 'constrained by GBNF',
  against,
  run: (context) => writeForms(context, grammar('gbnf', gbnf)),
}
