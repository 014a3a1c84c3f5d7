import { writeForms } from '../constrained.mjs'
import { forms } from '../forms.mjs'
import { node } from '../graphs.mjs'

export default {
  title: 'constrained by JSON Schema',
  against: 'JSON.parse and the types asked for: 5 forms × 8 seeds, 200 tokens',
  run: (context) =>
    writeForms(context, Object.keys(forms), ({ schema }) => node('steering/json-schema', { schema })),
}
