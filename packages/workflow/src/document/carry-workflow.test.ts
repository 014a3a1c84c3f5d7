import { describe, expect, test } from 'vitest'
import { carrierOf, carryWorkflow } from './carry-workflow.ts'
import type { Workflow } from './document.ts'

const workflow = (text: string): Workflow => ({
  format: 'woolgather',
  version: 1,
  name: text.slice(0, 100),
  nodes: { story: { type: 'text/text', inputs: { text } } },
})

describe('a text that carries its workflow', () => {
  test('keeps the front matter it had', () => {
    expect(carryWorkflow('---\ntitle: A sea\n---\nWaves.', 'front-matter', workflow('x'))).toBe(
      `---\nworkflow: ${JSON.stringify(workflow('x'))}\ntitle: A sea\n---\nWaves.`,
    )
    // A line of dashes by itself is a rule, not front matter.
    expect(carryWorkflow('---\nWaves.', 'front-matter', workflow('x'))).toMatch(
      /^---\nworkflow: .*\n---\n---\nWaves\.$/,
    )
  })

  test('as JSON lines has it in the first', () => {
    const carrying = carryWorkflow('{"a":1}\n{"a":2}\n', 'jsonl', workflow('x')) as string
    expect(carrying.split('\n').slice(1)).toEqual(['{"a":2}', ''])
    expect(JSON.parse(carrying.split('\n')[0] as string)).toEqual({ a: 1, workflow: workflow('x') })
    expect(carryWorkflow('no JSON', 'jsonl', workflow('x'))).toBeUndefined()
    expect(carryWorkflow('[1]', 'jsonl', workflow('x'))).toBeUndefined()
  })
})

test.each([
  ['story.txt', 'front-matter'],
  ['notes/STORY.MD', 'front-matter'],
  ['story', 'front-matter'],
  ['rows.jsonl', 'jsonl'],
  ['card.json', undefined],
  ['table.csv', undefined],
  ['page.html', undefined],
])('%s carries its workflow as %s', (name, carrier) => {
  expect(carrierOf(name)).toBe(carrier)
})
