import { against, grammar, lark, writeForms } from '../constrained.mjs'

export default {
  title: 'constrained by Lark',
  against,
  run: (context) => writeForms(context, grammar('lark', lark)),
}
