import { renameSync, writeFileSync } from 'node:fs'
import type { Scratch } from '../scratch.ts'

/*
   model ────────────────┐
   seeds ──► gate ───────┴─► story ──► grid
*/
const sweep = (prompt: string, seeds: number, file: string) => ({
  format: 'woolgather',
  version: 1,
  name: 'A long sweep',
  nodes: {
    model: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' } },
    seeds: { type: 'matrix/axis', inputs: { values: Array.from({ length: seeds }, (_, at) => at + 1) } },
    gate: { type: 'test/gate', inputs: { file }, links: { number: ['seeds', 'value'] } },
    story: {
      type: 'generation/generate',
      inputs: { prompt, maxTokens: 40 },
      links: { model: ['model', 'model'], seed: ['gate', 'number'] },
    },
    grid: { type: 'matrix/grid', links: { values: ['story', 'text'] } },
  },
})

let written = 0

interface GatedSweep {
  /** The workflow. */
  file: string
  /** How many of its stories may be told; more than that, and the run waits. */
  letThrough: (stories: number) => void
}

/** A run that a test can be sure to find in the middle: as many stories are told as it lets through. */
export function writeGatedSweep(
  scratch: Scratch,
  stories: number,
  prompt = 'Tell me a happy story about the sea.',
): GatedSweep {
  const [file, gate] = ['sweep.json', 'gate'].map((name) => scratch.path(`${++written}-${name}`)) as [
    string,
    string,
  ]
  writeFileSync(file, JSON.stringify(sweep(prompt, stories, gate)))
  return {
    file,
    letThrough: (count) => {
      writeFileSync(`${gate}.new`, String(count))
      renameSync(`${gate}.new`, gate)
    },
  }
}
