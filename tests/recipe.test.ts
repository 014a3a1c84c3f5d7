import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { woolgather } from './cli.ts'
import { createScratch, root } from './scratch.ts'

const workflow = {
  format: 'woolgather',
  version: 1,
  name: 'Space as a LoRA',
  nodes: {
    base: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' } },
    tuned: { type: 'loading/model', inputs: { file: 'demo/storyteller-space.gguf' } },
    pirate: { type: 'lora/load', inputs: { file: 'demo/pirate.lora.gguf', strength: 0.5 } },
    extract: {
      type: 'lora/extract',
      inputs: { rank: 2 },
      links: { tuned: ['tuned', 'model'], base: ['base', 'model'] },
    },
    both: {
      type: 'lora/combine',
      inputs: { weights: '1, 2' },
      links: {
        loras: [
          ['extract', 'lora'],
          ['pirate', 'lora'],
        ],
      },
    },
    save: { type: 'lora/save', inputs: { file: 'made/both.lora.gguf' }, links: { lora: ['both', 'lora'] } },
    merge: { type: 'merging/mergekit' },
    keep: {
      type: 'output/save-model',
      inputs: { file: 'made/merge.gguf', type: 'Q8_0' },
      links: { model: ['merge', 'model'] },
    },
  },
}

test('a saved LoRA or model carries the workflow that made it: printed and run again, it makes the same file', async () => {
  await using scratch = await createScratch()
  const models = ['--models', scratch.path('models')]
  const others = ['--data', scratch.path('data'), '--output', scratch.path('output')]
  await scratch.write('workflow.json', JSON.stringify(workflow))
  const run = async (file: string): Promise<Buffer> => {
    const { code, stderr } = await woolgather(['run', scratch.path(file), ...models, ...others])
    expect({ code, stderr }).toMatchObject({ code: 0 })
    return readFile(scratch.path('models/made/both.lora.gguf'))
  }
  const made = await run('workflow.json')

  const printed = await woolgather(['recipe', 'made/both.lora.gguf', ...models])
  expect(JSON.parse(printed.stdout)).toEqual(workflow)
  const only = await woolgather(['recipe', scratch.path('models/made/both.lora.gguf'), '--only'])
  expect(JSON.parse(only.stdout)).toMatchObject({
    kind: 'lora',
    combine: {
      method: 'cat',
      loras: [
        { extract: { rank: 2 }, weight: 1 },
        { file: 'demo/pirate.lora.gguf', strength: 0.5, weight: 2 },
      ],
    },
  })

  expect(JSON.parse((await woolgather(['recipe', 'made/merge.gguf', ...models])).stdout)).toEqual(workflow)
  const merge = await woolgather(['recipe', 'made/merge.gguf', ...models, '--only'])
  expect(JSON.parse(merge.stdout)).toMatchObject({
    kind: 'merge',
    method: 'linear',
    models: [
      { model: { file: 'demo/storyteller-animals.gguf' } },
      { model: { file: 'demo/storyteller-space.gguf' } },
    ],
  })

  await scratch.write('again.json', printed.stdout.replace('made/both', 'again/both'))
  await woolgather(['run', scratch.path('again.json'), ...models, ...others])
  const again = await readFile(scratch.path('models/again/both.lora.gguf'))
  // only the workflow inside differs, by the name of the file
  expect(again.length - made.length).toBeLessThan(64)
  expect(again.subarray(-100_000).equals(made.subarray(-100_000))).toBe(true)
})

test('a file that tells nothing of its making, is no GGUF or not there is an error with exit code 2', async () => {
  const tell = async (file: string): Promise<{ code: number | null; stderr: string }> => {
    const { code, stderr } = await woolgather(['recipe', file])
    return { code, stderr }
  }
  expect(await tell('demo/storyteller.gguf')).toEqual({
    code: 2,
    stderr: expect.stringContaining('“demo/storyteller.gguf” does not tell what made it.'),
  })
  expect(await tell(path.join(root, 'README.md'))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('cannot be read'),
  })
  expect(await tell('nothing.gguf')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is no file “nothing.gguf”'),
  })
})
