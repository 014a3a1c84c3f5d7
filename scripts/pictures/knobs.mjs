import { readFileSync } from 'node:fs'
import { openFile, runAll } from './take-page.mjs'

const model = { type: 'loading/model', inputs: { file: 'demo/diffuser.gguf' } }
const prompt = 'Tell me a gloomy story about space.'
const common = { prompt, length: 48, seed: 5 }

/** What is looked at: an input of “Diffuse”, its values, and how the others stand. */
const inputs = {
  steps: ['2, 8, 24, 48'],
  order: ['random, confidence, entropy, margin, left', { steps: 24 }],
  schedule: ['linear, cosine, timestep', { steps: 12 }],
  blockLength: ['0, 24, 8', { steps: 24 }],
  guidance: ['1, 2, 6', { steps: 16 }],
  temperature: ['0, 0.7, 2', { steps: 48 }],
  minP: ['0, 0.2', { steps: 48, temperature: 2 }],
  end: ['last, free, never', { steps: 12 }],
  polish: ['0, 1, 3', { steps: 16 }],
  remask: ['0, 0.1, 0.3', { steps: 32 }],
  threshold: ['1, 0.9, 0.6', { steps: 48 }],
}

/** Workflows of which each has one knob swept, by the names of their pictures. */
export const knobs = {
  ...Object.fromEntries(
    Object.entries(inputs).map(([input, [values, others = {}]]) => [
      `knob-${input}`,
      sweep(input, values, { model }, { inputs: others, links: { [input]: ['axis', 'value'] } }),
    ]),
  ),
  'knob-strength': sweep(
    'strength',
    '0.3, 0.7, 0.9, 1',
    {
      model,
      noise: {
        type: 'diffusion/renoise',
        inputs: {
          text: 'A happy whale lived near the lighthouse. It sang all day, and everyone was glad.',
          seed: 3,
        },
        links: { model: ['model', 'model'], strength: ['axis', 'value'] },
      },
    },
    { inputs: { steps: 40 }, links: { canvas: ['noise', 'canvas'] } },
  ),
  'knob-lora': sweep(
    'LoRA strength',
    '0, 0.5, 1',
    {
      model,
      pirate: { type: 'lora/load', inputs: { file: 'demo/diffuser-pirate.lora.gguf' } },
      apply: {
        type: 'lora/apply',
        links: { model: ['model', 'model'], lora: ['pirate', 'lora'], strength: ['axis', 'value'] },
      },
    },
    { inputs: { steps: 40 }, links: { model: ['apply', 'model'] } },
  ),
}

function sweep(label, values, nodes, { inputs: own, links }) {
  return {
    format: 'woolgather',
    version: 1,
    name: label,
    nodes: {
      axis: { type: 'matrix/axis', inputs: { values, label } },
      ...nodes,
      story: {
        type: 'diffusion/diffuse',
        inputs: { ...common, ...own },
        links: { model: ['model', 'model'], ...links },
      },
      grid: { type: 'matrix/grid', links: { values: ['story', 'text'] } },
    },
  }
}

/** Runs a workflow, and has the editor save its grid as a picture: the bytes of the PNG. */
export async function exportGrid(page, url, workflow) {
  await page.goto(url)
  await page.locator('[data-node-id], .app-view').first().waitFor()
  await openFile(page, workflow)
  await runAll(page)
  await page.locator('[data-node-id="grid"] .open-results').dispatchEvent('click')
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  const saved = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: 'Picture (PNG)' }).click()
  return readFileSync(await (await saved).path())
}
