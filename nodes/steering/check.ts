import type { TextCheck } from '@woolgather/constraint'
import { z } from 'zod'
import { verdict, verdictOutputs } from '../evaluate/verdict.ts'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { constraintSchema } from './constraints/constraint-value.ts'
import { explainConstraintErrors, loadConstraints } from './constraints/load-constraints.ts'

export const check: WoolgatherNode = defineNode({
  type: 'steering/check',
  version: 1,
  title: 'Check text',
  description: 'Whether a text matches a constraint: a regex, a grammar or a JSON schema.',
  inputs: {
    text: {
      type: 'text',
      title: 'Text',
      description: 'The text to look at.',
      schema: z.string(),
      widget: 'textarea',
    },
    constraint: {
      type: 'constraint',
      title: 'Constraint',
      description: 'What it must match, whole.',
      schema: constraintSchema,
      widget: 'none',
    },
  },
  outputs: {
    ...verdictOutputs,
    problem: { type: 'text', description: 'Where it does not match; empty where it does.' },
  },
  run: async ({ text, constraint }, { signal }) => {
    const found = await explainConstraintErrors(
      await loadConstraints(),
      'constraint',
      async ({ compileLanguageInTurns }) => (await compileLanguageInTurns(constraint, signal)).check(text),
    )
    return { ...verdict(found.matches), problem: problemOf(text, found) }
  },
})

function problemOf(text: string, found: TextCheck): string {
  if (found.matches) return ''
  if (found.reason === 'incomplete') return 'The text ends too early: something must follow.'
  const before = text.slice(0, found.position)
  const line = before.split('\n').length
  const column = found.position - before.lastIndexOf('\n')
  return `“${found.character}” at line ${line}, column ${column} cannot stand there.`
}
