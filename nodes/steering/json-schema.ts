import type { ConstraintSource } from '@woolgather/constraint'
import { jsonSchema as anyJson } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { jsonText } from '../text/read-json.ts'
import { explainConstraintErrors, loadConstraints } from './constraints/load-constraints.ts'
import { startingAt, startsInputs } from './constraints/starts.ts'

export const jsonSchema: WoolgatherNode = defineNode({
  type: 'steering/json-schema',
  version: 3,
  title: 'JSON constraint',
  description: 'Answers that are JSON of a given schema. “Generate” gives them parsed, too.',
  inputs: {
    schema: {
      type: 'json',
      title: 'Schema',
      description:
        'JSON Schema of any draft from 4 on, or text of it. What cannot be enforced is refused by name. Properties come in its order.',
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
      description: 'Objects have the properties that are named, or match a pattern, and no others.',
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
    propertyOrder: {
      type: 'text',
      title: 'Order of properties',
      description:
        'schema: as the schema has them, additional ones last; any: in any order, which takes longer, and Generate’s “finish” cannot end objects with required ones.',
      schema: z.enum(['schema', 'any']).default('schema'),
      advanced: true,
    },
    strict: {
      type: 'boolean',
      title: 'Strict',
      description:
        'Refuse keywords that assert nothing and unknown formats. Else they are ignored, with a warning.',
      schema: z.boolean().default(false),
      advanced: true,
    },
    documents: {
      type: 'json',
      title: 'Documents',
      description:
        'Schemas that references lead to, by their addresses: {"https://example.com/date.json": {…}}.',
      schema: z.record(z.string(), anyJson).default({}),
      advanced: true,
    },
    ...startsInputs,
  },
  outputs: {
    constraint: { type: 'constraint', description: 'For “Generate”, or to check texts with.' },
    warnings: { type: 'list', description: 'What the schema says that is ignored.', warns: true },
  },
  run: async (
    { schema, whitespace, closedObjects, bounded, propertyOrder, strict, documents, ...starting },
    { signal },
  ) => {
    const source: ConstraintSource = {
      kind: 'json-schema',
      // Text keeps the places of properties that are named like integers.
      schema: typeof schema === 'string' ? jsonText(schema, 'schema') : schema,
      whitespace,
      closedObjects,
      bounded,
      propertyOrder,
      strict,
      ...(Object.keys(documents).length > 0 && { documents }),
    }
    const { notes } = await explainConstraintErrors(
      await loadConstraints(),
      'schema',
      ({ compileLanguageInTurns }) => compileLanguageInTurns(source, signal),
    )
    return { constraint: startingAt(source, starting), warnings: notes.map(({ message }) => message) }
  },
})
