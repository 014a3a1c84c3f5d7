import type { ConstraintSource } from '@woolgather/constraint'
import type { InputDefinition } from '@woolgather/engine'
import { WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'

/** Where in an answer a constraint begins. */
export const startsInputs = {
  starts: {
    type: 'text',
    title: 'Starts',
    description:
      'at once; after text or after token: the first time that what stands below is written; after thinking: when the model has thought, by the tags of its family.',
    schema: z.enum(['at once', 'after text', 'after token', 'after thinking']).default('at once'),
    advanced: true,
  },
  after: {
    type: 'text',
    title: 'After',
    description: 'The text, or the name of the token (<|message|>), after which the constraint begins.',
    schema: z.string().max(200).default(''),
    advanced: true,
  },
} as const satisfies Record<string, InputDefinition>

export interface Starts {
  starts: 'at once' | 'after text' | 'after token' | 'after thinking'
  after: string
}

/** @throws WoolgatherError invalid-input where it is to begin after a text, and none is given */
export function startingAt(constraint: ConstraintSource, { starts, after }: Starts): ConstraintSource {
  if (starts === 'at once') return constraint
  if (starts === 'after thinking') return { kind: 'after', after: { thinking: true }, constraint }
  if (after === '')
    throw new WoolgatherError('invalid-input', `The constraint starts ${starts}, and “after” is empty.`, {
      input: 'after',
      hint: 'Write there what the answer says before it, such as “Answer:”.',
    })
  return { kind: 'after', after: starts === 'after text' ? { text: after } : { token: after }, constraint }
}
