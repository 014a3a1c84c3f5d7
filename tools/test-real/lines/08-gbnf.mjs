import { grammar, numbersGbnf, personGbnf, writeForms } from '../constrained.mjs'

const sources = { person: personGbnf, numbers: numbersGbnf }

export default {
  title: 'constrained by GBNF',
  against: 'JSON.parse: 2 forms × 8 seeds, 200 tokens',
  run: (context) => writeForms(context, Object.keys(sources), grammar('gbnf', sources)),
}
