import { describeNode } from '@woolgather/engine'
import { validateWorkflow, type Json, type Workflow } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { tokens } from '../generation/tokens.ts'

const file = { kind: 'file', file: 'a.gguf', adapters: [] }
const merge = {
  kind: 'merge',
  method: 'linear',
  models: [{ model: file, parameters: {} }],
  parameters: {},
  vocabulary: 'same',
  outputType: 'auto',
  adapters: [],
}
const loras = [{ file: 'b.gguf', strength: 1, weight: 1 }]

function problemsOf(model: Json): string[] {
  const nodes = { count: { type: 'generation/tokens', inputs: { model, text: 'one' } } }
  const workflow: Workflow = { format: 'woolgather', version: 1, name: 'literal', nodes }
  return validateWorkflow(workflow, [describeNode(tokens)]).map(({ message }) => message)
}

test('a recipe that is written in a document and names a method that there is none of is refused before it runs', () => {
  expect(problemsOf(merge)).toEqual([])
  const [method, ...more] = problemsOf({ ...merge, method: 'slrep' })
  expect(more).toEqual([])
  expect(method).toMatch(/^`count\.model` at `method` must be .*"linear".*, is "slrep"/)
  const [within] = problemsOf({ ...merge, base: { ...merge, method: 'slrep' } })
  expect(within).toMatch(/at `base\.method` must be .*"linear".*, is "slrep"/)
})

test('so is one of LoRAs', () => {
  const combined = (method: string): Json => ({
    ...file,
    adapters: [{ strength: 1, combine: { loras, method } }],
  })
  expect(problemsOf(combined('cat'))).toEqual([])
  expect(problemsOf(combined('cta'))).toEqual([
    expect.stringMatching(/at `adapters\.0\.combine\.method` must be .*"cat".*, is "cta"/),
  ])
})
