import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Workflow } from '@woolgather/workflow'

const code = `import { readFileSync } from 'node:fs'
const gate = new URL('./gate', import.meta.url)
const mayPass = (text) => Number(text.replace(/\\D/g, '')) < Number(readFileSync(gate, 'utf8'))
export const nodes = [
  {
    type: 'gate/wait', version: 1, title: 'Wait', description: 'Waits for its number.', impure: true,
    inputs: { text: { type: 'text', description: 'With a number in it.' } },
    outputs: { text: { type: 'text', description: 'The same.' } },
    run: async ({ text }, { signal }) => {
      while (!signal.aborted && !mayPass(text)) await new Promise((resolve) => setTimeout(resolve, 10))
      return { text: 'done ' + text }
    },
  },
]
`

/** A package with a node that waits until its number may pass: a run stops where a test wants it to, on any machine. */
export function writeGateNodes(): { folder: string; openTo: (number: number) => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-gate-'))
  const openTo = (number: number): void => writeFileSync(path.join(folder, 'gate'), String(number))
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(path.join(folder, 'index.js'), code)
  openTo(0)
  return { folder, openTo }
}

/** Column `who` goes through the gate to the output `said`. */
export const gated: Workflow['nodes'] = {
  who: { type: 'api/input', inputs: { name: 'who' } },
  wait: { type: 'gate/wait', links: { text: ['who', 'value'] } },
  out: { type: 'api/output', inputs: { name: 'said' }, links: { value: ['wait', 'text'] } },
}
