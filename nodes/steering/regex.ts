import type { ConstraintSource } from '@woolgather/constraint'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { explainConstraintErrors, loadConstraints } from './constraints/load-constraints.ts'
import { startingAt, startsInputs } from './constraints/starts.ts'

export const regex: WoolgatherNode = defineNode({
  type: 'steering/regex',
  version: 1,
  title: 'Regex constraint',
  description:
    'Answers that match a regular expression, whole: only tokens that can lead to a match are written.',
  inputs: {
    pattern: {
      type: 'text',
      title: 'Pattern',
      description:
        'Python’s or JavaScript’s syntax. What a constraint cannot express is refused: look-around inside a pattern, back-references.',
      schema: z.string().min(1),
      widget: 'code',
      language: 'regex',
    },
    stopAtFirstMatch: {
      type: 'boolean',
      title: 'Stop at the first match',
      description: 'Ends with the shortest match, as ReLLM does; else the answer may go on while it matches.',
      schema: z.boolean().default(false),
    },
    ...startsInputs,
  },
  outputs: { constraint: { type: 'constraint', description: 'For “Generate”, or to check texts with.' } },
  run: async ({ pattern, stopAtFirstMatch, ...starting }, { signal }) => {
    const source: ConstraintSource = { kind: 'regex', pattern, ...(stopAtFirstMatch && { stopAtFirstMatch }) }
    await explainConstraintErrors(await loadConstraints(), 'pattern', ({ compileLanguageInTurns }) =>
      compileLanguageInTurns(source, signal),
    )
    return { constraint: startingAt(source, starting) }
  },
})
