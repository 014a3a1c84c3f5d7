import { expect, test } from 'vitest'
import { describeLibrary } from '@woolgather/nodes/descriptions'
import { bestInput } from '../../apps/editor/src/session/editing/edit-graph.ts'

test.each([
  ['generation/generate', 'text', 'prompt'],
  ['generation/generate', 'mix', 'prompt'],
  ['generation/generate', 'messages', 'messages'],
  ['generation/generate', 'model', 'model'],
  ['generation/written-prompt', 'text', 'prompt'],
  ['generation/score', 'text', 'prompt'],
  ['text/template', 'text', 'template'],
] as const)(
  'a link dropped into space that becomes %s, and carries %s, ends at %s',
  (type, carries, input) => {
    const { inputs } = describeLibrary().get(type)!
    expect(bestInput(inputs, carries)?.name).toBe(input)
  },
)
