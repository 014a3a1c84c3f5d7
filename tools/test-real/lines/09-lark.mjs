import { grammar, numbersLark, personLark, writeForms } from '../constrained.mjs'

const sources = { person: personLark, numbers: numbersLark }

export default {
  title: 'constrained by Lark',
  against: 'JSON.parse: 2 forms × 8 seeds, 200 tokens',
  run: (context) => writeForms(context, Object.keys(sources), grammar('lark', sources)),
}
