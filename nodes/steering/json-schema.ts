import { compileLanguage, type ConstraintSource } from '@woolgather/constraint'
import { jsonSchema as anyJson } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { asJson } from '../text/read-json.ts'
import { explainConstraintErrors } from './constraints/explain-constraint-error.ts'

export const jsonSchema: WoolgatherNode = defineNode({
  type: 'steering/json-schema',
  version: 2,
  title: 'JSON constraint',
  description: 'Answers that are JSON of a given schema. “Generate” gives them parsed, too.',
  inputs: {
    schema: {
      type: 'json',
      title: 'Schema',
      description: 'JSON Schema. What cannot be enforced is refused by name.',
      schema: anyJson,
      widget: 'code',
      language: 'json-schema',
    },
    whitespace: {
      type: 'text',
      title: 'Whitespace',
      description: 'compact: none between tokens; flexible: as the model likes.',
      schema: z.enum(['compact', 'flexible']).default('compact'),
    },
    closedObjects: {
      type: 'boolean',
      title: 'Closed objects',
      description: 'Objects have the properties that are named, and no others.',
      schema: z.boolean().default(true),
    },
    bounded: {
      type: 'boolean',
      title: 'Bounded',
      description:
        'Numbers of at most 16 digits a part, and at most 20 characters of whitespace in a row: small models write on for ever where they may.',
      schema: z.boolean().default(true),
      advanced: true,
    },
  },
  outputs: { constraint: { type: 'constraint', description: 'For “Generate”, or to check texts with.' } },
  run: ({ schema, whitespace, closedObjects, bounded }) => {
    const source: ConstraintSource = {
      kind: 'json-schema',
      schema: asJson(schema, 'schema'),
      whitespace,
      closedObjects,
      bounded,
    }
    explainConstraintErrors('schema', () => compileLanguage(source))
    return { constraint: source }
  },
})
