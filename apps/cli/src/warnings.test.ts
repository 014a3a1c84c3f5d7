import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { WorkflowNode } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { runHere } from './testing/run-here.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-warnings-'))

function save(nodes: Record<string, WorkflowNode>): string {
  const file = path.join(folder, 'w.json')
  writeFileSync(file, JSON.stringify({ format: 'woolgather', version: 1, name: 'Doubtful', nodes }))
  return file
}

/*
   weight ──► text ──► linked
   typed
*/
const doubtful: Record<string, WorkflowNode> = {
  typed: { type: 'steering/prompt', inputs: { prompt: 'a (gloomy:1,5) story' } },
  weight: { type: 'matrix/axis', inputs: { values: '9, 9' } },
  text: {
    type: 'text/template',
    inputs: { template: 'a (sad:{{w}}) day' },
    links: { w: ['weight', 'value'] },
  },
  linked: { type: 'steering/prompt', links: { prompt: ['text', 'text'] } },
}

test('validate tells what is probably not meant, and finds the workflow valid', async () => {
  const { code, stdout, stderr } = await runHere(['validate', save(doubtful)])
  expect({ code, stdout }).toEqual({ code: 0, stdout: '“Doubtful” is valid: 4 nodes.\n' })
  expect(stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^Warning: typed\.prompt: “gloomy:1,5” has no weight/),
    expect.stringMatching(/^Warning: weight\.values: Values occur more than once: 9 2 times\./),
  ])
})

test('run tells it once, with what only the run knows, and writes it beside the result', async () => {
  const out = path.join(folder, 'out.json')
  const { code, stderr } = await runHere([
    ...['run', save(doubtful), '--out', out],
    ...['--data', path.join(folder, 'data'), '--cpu'],
  ])
  expect(code).toBe(0)
  const told = stderr.split('\n').filter((line) => line.startsWith('Warning: '))
  expect(told).toEqual([
    expect.stringContaining('typed.prompt'),
    expect.stringContaining('weight.values'),
    expect.stringMatching(/^Warning: linked: “sad” has the weight 9: 3 is used/),
  ])
  const { warnings } = JSON.parse(readFileSync(out, 'utf8')) as { warnings: object[] }
  expect(warnings).toMatchObject([
    { code: 'unread-weight', node: 'typed', input: 'prompt', from: 9, to: 14 },
    { code: 'repeated-values', node: 'weight', numbers: { values: 2, different: 1 } },
    { node: 'linked' },
  ])
})
