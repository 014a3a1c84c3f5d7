import type { ConstraintSource } from '@woolgather/constraint'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { explainConstraintErrors, loadConstraints } from './constraints/load-constraints.ts'
import { startingAt, startsInputs } from './constraints/starts.ts'

export const grammar: WoolgatherNode = defineNode({
  type: 'steering/grammar',
  version: 1,
  title: 'Grammar constraint',
  description: 'Answers that a context-free grammar allows.',
  inputs: {
    grammar: {
      type: 'text',
      title: 'Grammar',
      description: 'Rules. GBNF: root ::= "yes" | "no". Lark: start: "yes" | "no".',
      schema: z.string().min(1),
      widget: 'code',
      language: 'grammar',
    },
    notation: {
      type: 'text',
      title: 'Notation',
      description: 'gbnf: llama.cpp’s; lark: the Python library’s, without its lexer.',
      schema: z.enum(['gbnf', 'lark']).default('gbnf'),
    },
    start: {
      type: 'text',
      title: 'First rule',
      description: 'Of a Lark grammar; GBNF begins at root.',
      schema: z.string().min(1).default('start'),
      advanced: true,
    },
    ...startsInputs,
  },
  outputs: {
    constraint: { type: 'constraint', description: 'For “Generate”, or to check texts with.' },
    warnings: {
      type: 'list',
      description: 'What is ignored in it: lazy quantifiers of regexes, and what schemas say in vain.',
      warns: true,
    },
  },
  run: async ({ grammar: text, notation, start, ...starting }, { signal }) => {
    const source: ConstraintSource =
      notation === 'lark' ? { kind: 'lark', text, start } : { kind: 'gbnf', text }
    const { notes } = await explainConstraintErrors(
      await loadConstraints(),
      'grammar',
      ({ compileLanguageInTurns }) => compileLanguageInTurns(source, signal),
    )
    return { constraint: startingAt(source, starting), warnings: notes.map(({ message }) => message) }
  },
})
