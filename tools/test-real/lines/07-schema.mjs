import { against, writeForms } from '../constrained.mjs'
import { node } from '../graphs.mjs'

export default {
  title: 'constrained by JSON Schema',
  against,
  run: (context) => writeForms(context, ({ schema }) => node('steering/json-schema', { schema })),
}
