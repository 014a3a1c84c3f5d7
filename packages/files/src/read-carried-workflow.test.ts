import { carriedId, carryWorkflow, workflowElement, type Workflow } from '@woolgather/workflow'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCarriedWorkflow } from './read-carried-workflow.ts'

const workflow = (text: string): Workflow => ({
  format: 'woolgather',
  version: 1,
  name: text.slice(0, 100),
  nodes: { story: { type: 'text/text', inputs: { text } } },
})

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '---\n',
    '---\nworkflow: {}\n---\n',
    '"}\n{',
    '\\',
    '\u2028',
    '\r\n---\r\n',
    '</script><script>',
    '<!--',
    ']]></metadata>',
    '&quot;&lt;',
    `<b id="${carriedId}">{}</b>`,
    'a,workflow\n',
  ),
)
const anyText = fc.array(hostile, { maxLength: 6 }).map((parts) => parts.join(''))

describe('a text that carries its workflow', () => {
  test('gives back both, whatever is in either', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, inner) => {
        const carrying = carryWorkflow(text, 'front-matter', workflow(inner)) as string
        expect(readCarriedWorkflow(carrying)).toEqual({ workflow: workflow(inner), carrier: 'front-matter' })
        const line = `workflow: ${JSON.stringify(workflow(inner))}\n`
        expect([carrying.replace(`---\n${line}---\n`, () => ''), carrying.replace(line, () => '')]).toContain(
          text,
        )
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  test.each(['html', 'svg'] as const)('as %s gives it back, whatever is in it', (carrier) => {
    fc.assert(
      fc.property(anyText, (inner) => {
        const element = workflowElement(workflow(inner), carrier)
        // Nothing in it begins or ends an element but the element itself.
        expect(element.match(/[<>]/g)).toHaveLength(4)
        const file = carrier === 'html' ? `<!doctype html>\n<p>${element}` : `<svg xmlns="x">${element}</svg>`
        expect(readCarriedWorkflow(file)).toEqual({ workflow: workflow(inner), carrier })
      }),
      { seed: 3, numRuns: 200 },
    )
  })

  test('as a picture in SVG gives it back after another program wrote it again', () => {
    const element = workflowElement(workflow('"a" <b>'), 'svg')
    const again = element.replace(
      /\{.*\}/,
      (json) => `\n  ${json.replaceAll('"', '&quot;').replaceAll(':', '&#58;')}\n`,
    )
    const file = `<?xml version="1.0"?>\n<!-- Made with Inkscape -->\n<svg\n xmlns="x">${again}</svg>`
    expect(readCarriedWorkflow(file)).toEqual({ workflow: workflow('"a" <b>'), carrier: 'svg' })
  })

  test('as JSON lines has it in the first', () => {
    const carrying = carryWorkflow('{"a":1}\n{"a":2}\n', 'jsonl', workflow('x')) as string
    expect(readCarriedWorkflow(carrying)).toEqual({ workflow: workflow('x'), carrier: 'jsonl' })
  })
})

describe('a workflow is found', () => {
  test('in a document', () => {
    const text = `\uFEFF${JSON.stringify(workflow('x'), null, 2)}`
    expect(readCarriedWorkflow(text)).toEqual({ workflow: workflow('x'), carrier: 'document' })
  })

  test('in a result, also where its end is missing', () => {
    const text = JSON.stringify(
      { workflow: workflow('{"}'), status: 'completed', outputs: { a: '{' } },
      null,
      2,
    )
    for (const part of [text, text.slice(0, -20)]) {
      expect(readCarriedWorkflow(part)).toEqual({ workflow: workflow('{"}'), carrier: 'result' })
    }
  })

  test('in the first of many lines of a batch, also where the last is cut', () => {
    const lines = [
      JSON.stringify({ row: 0, status: 'completed', outputs: {}, workflow: workflow('x') }),
      '{"row":1,"sta',
    ]
    expect(readCarriedWorkflow(lines.join('\n'))).toEqual({ workflow: workflow('x'), carrier: 'jsonl' })
    expect(readCarriedWorkflow(lines[0] as string)).toEqual({ workflow: workflow('x'), carrier: 'jsonl' })
  })

  test('in the last column of a table', () => {
    const json = JSON.stringify(workflow('a "quoted"\nline')).replaceAll('"', '""')
    const text = `row,workflow,error,workflow\n0,"an output, of that name",,"${json}"\n1,x,,\n`
    expect(readCarriedWorkflow(text)).toEqual({ workflow: workflow('a "quoted"\nline'), carrier: 'csv' })
  })
})

test.each([
  ['plain text', 'Once upon a time.', 'no-workflow'],
  ['nothing', '', 'no-workflow'],
  ['front matter of others', '---\ntitle: x\n---\nworkflow: {}', 'no-workflow'],
  ['a page of others', '<!doctype html><p>workflow', 'foreign-file'],
  ['a page of which the end is missing', `<p><script id="${carriedId}">{"format":`, 'no-workflow'],
  ['a page with broken JSON', `<p><script id="${carriedId}">{"format"</script>`, 'invalid-json'],
  ['a table', 'a,b\n1,2\n', 'no-workflow'],
  ['a table that lost it', 'a,workflow\n1,\n', 'no-workflow'],
  ['JSON of others', '{"nodes":[]}', 'invalid-workflow'],
  ['broken JSON', '{"format": "wool', 'invalid-json'],
  ['front matter with broken JSON', '---\nworkflow: {"format"\n---\n', 'invalid-json'],
  ['a newer one', '---\nworkflow: {"format":"woolgather","version":9}\n---\n', 'unsupported-version'],
])('of %s it is said what is wrong', (_, text, code) => {
  expect(readCarriedWorkflow(text).issues?.[0]?.code).toBe(code)
})

test('whatever a file holds, looking into it does not throw', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const { issues, workflow: found } = readCarriedWorkflow(text)
      expect(issues === undefined).toBe(found !== undefined)
    }),
    { seed: 2, numRuns: 500 },
  )
})

test('a result that ends within a string is looked through once, however many quotes it has', () => {
  const from = process.cpuUsage()
  expect(readCarriedWorkflow(`{"workflow": {"${'\\"'.repeat(1_000_000)}`).issues).toHaveLength(1)
  expect(process.cpuUsage(from).user / 1_000).toBeLessThan(5_000)
})
