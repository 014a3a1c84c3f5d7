import type { ConstraintSource } from '@woolgather/constraint'
import { WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { constraintSchema } from './constraints/constraint-value.ts'
import { explainConstraintErrors, loadConstraints } from './constraints/load-constraints.ts'

export const turns: WoolgatherNode = defineNode({
  type: 'steering/turns',
  version: 1,
  title: 'Constraint in free text',
  description:
    'Answers in free text in which a constraint holds from an opening text to a closing one, each time: tool calls, quotes, code.',
  inputs: {
    constraint: {
      type: 'constraint',
      title: 'Constraint',
      description: 'What must match between the two texts.',
      schema: constraintSchema,
      widget: 'none',
    },
    opens: {
      type: 'text',
      title: 'Opens',
      description: 'The constraint holds from here on: <call>, say.',
      schema: z.string().min(1).max(200),
    },
    closes: {
      type: 'text',
      title: 'Closes',
      description: 'Must follow what matched; free text goes on after it. Empty: it goes on at once.',
      schema: z.string().max(200).default(''),
    },
    required: {
      type: 'boolean',
      title: 'Required',
      description: 'At least one such turn must come before the answer may end.',
      schema: z.boolean().default(false),
    },
    more: {
      type: 'constraint',
      title: 'More turns',
      description: 'Another of these nodes, whose turns may come as well.',
      schema: constraintSchema.optional(),
      widget: 'none',
    },
  },
  outputs: { constraint: { type: 'constraint', description: 'For “Generate”, or to check texts with.' } },
  run: async ({ constraint, opens, closes, required, more }, { signal }) => {
    if (more !== undefined && more.kind !== 'turns')
      throw new WoolgatherError(
        'invalid-input',
        '“more” takes another constraint in free text, not one of the whole answer.',
        {
          input: 'more',
          hint: 'Put a “Constraint in free text” between.',
        },
      )
    const source: ConstraintSource = {
      kind: 'turns',
      turns: [{ opens, constraint, closes }, ...(more?.turns ?? [])],
      ...((required || more?.required === true) && { required: true }),
    }
    await explainConstraintErrors(await loadConstraints(), 'constraint', ({ compileLanguageInTurns }) =>
      compileLanguageInTurns(source, signal),
    )
    return { constraint: source }
  },
})
