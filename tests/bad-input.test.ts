import { mkdir, readFile, readdir, truncate } from 'node:fs/promises'
import path from 'node:path'
import type { WorkflowNode } from '@woolgather/workflow'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { woolgather } from './cli.ts'
import { createScratch, root } from './scratch.ts'
import { serve } from './server.ts'

/*
   model ──► story
*/
const story = (file: string, inputs: Record<string, string | number> = {}): Record<string, WorkflowNode> => ({
  model: { type: 'loading/model', inputs: { file } },
  story: {
    type: 'generation/generate',
    inputs: { prompt: 'Tell me a story.', seed: 1, maxTokens: 8, ...inputs },
    links: { model: ['model', 'model'] },
  },
})

describe('a graph that cannot run is refused with exit code 2, naming node and input', () => {
  const demo = story('demo/storyteller.gguf')
  const cases: [string, Record<string, WorkflowNode>, RegExp][] = [
    [
      'an unknown node type',
      { ...demo, story: { ...demo['story'], type: 'generation/generat' } as WorkflowNode },
      /story.*generation\/generat.*generation\/generate/s,
    ],
    [
      'a link to an output that does not exist',
      { ...demo, story: { ...demo['story'], links: { model: ['model', 'modle'] } } as WorkflowNode },
      /story\.model.*modle.*model/s,
    ],
    [
      'a cycle',
      {
        a: { type: 'text/template', inputs: { template: '{{x}}' }, links: { x: ['b', 'text'] } },
        b: { type: 'text/template', inputs: { template: '{{x}}' }, links: { x: ['a', 'text'] } },
      },
      /wait for each other.*a.*b/s,
    ],
    [
      'a link of the wrong type',
      {
        words: { type: 'text/text', inputs: { text: 'no model' } },
        story: { ...demo['story'], links: { model: ['words', 'text'] } } as WorkflowNode,
      },
      /story\.model.*text.*model/s,
    ],
    ['a number out of range', story('demo/storyteller.gguf', { temperature: 9 }), /story\.temperature.*5/s],
    [
      'a text where a number belongs',
      story('demo/storyteller.gguf', { maxTokens: 'many' }),
      /story\.maxTokens.*number|integer/s,
    ],
    ['a required input that is missing', { model: { type: 'loading/model' } }, /model\.file/],
  ]
  test.each(cases)('%s', async (_, nodes, message) => {
    await using scratch = await createScratch()
    const file = await scratch.writeWorkflow(nodes)
    const { code, stderr } = await woolgather(['run', file, '--out', scratch.path('result.json')])
    expect({ code, left: await readdir(scratch.folder) }).toEqual({ code: 2, left: ['workflow.json'] })
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/\n\s+at .*\.js:/)
  })

  test('every issue is told at once', async () => {
    await using scratch = await createScratch()
    const file = await scratch.writeWorkflow({
      model: { type: 'loading/model' },
      story: { type: 'generation/generate', inputs: { temperature: 9, seed: -1, colour: 'red' } },
    })
    const { code, stderr } = await woolgather(['validate', file])
    expect(code).toBe(2)
    for (const place of ['model.file', 'story.temperature', 'story.seed', 'story.colour', 'story.model']) {
      expect(stderr).toContain(place)
    }
  })

  test('an unknown --set path names what there is', async () => {
    await using scratch = await createScratch()
    const file = await scratch.writeWorkflow(story('demo/storyteller.gguf'))
    const { code, stderr } = await woolgather(['run', file, '--set', 'story.temprature=1'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/temprature.*temperature/s)
  })
})

describe('a workflow file that cannot be read is one clear message and exit code 2', () => {
  test('it is not there', async () => {
    const { code, stderr } = await woolgather(['run', 'nowhere/none.json'])
    expect(code).toBe(2)
    expect(stderr).toContain('nowhere/none.json')
  })

  test('it is a folder', async () => {
    await using scratch = await createScratch()
    expect((await woolgather(['run', scratch.folder])).code).toBe(2)
  })

  test('it is no JSON: that is what the message says', async () => {
    await using scratch = await createScratch()
    const { code, stderr } = await woolgather([
      'validate',
      await scratch.write('bad.json', '{ "format": "woolgather", '),
    ])
    expect(code).toBe(2)
    expect(stderr).toMatch(/JSON/)
  })

  test('it has 200 MB: refused by its size, without reading it', async () => {
    await using scratch = await createScratch()
    const file = await scratch.write('big.json', '{')
    await truncate(file, 200 * 1024 * 1024)
    const { code, stderr } = await woolgather(['run', file])
    expect(code).toBe(2)
    expect(stderr).toMatch(/200 MB|MiB|large/)
  })
})

describe('a model file that cannot be used fails its node with exit code 1, and the process lives', () => {
  let server: Awaited<ReturnType<typeof serve>>
  const workers = new Set<number>()
  beforeAll(async () => {
    server = await serve()
    await mkdir(server.scratch.path('models'), { recursive: true })
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  const cases: [string, (model: Buffer) => Uint8Array | undefined, RegExp][] = [
    ['missing', () => undefined, /model-not-found|No model file/],
    ['empty', () => new Uint8Array(), /GGUF|gguf/],
    ['garbage', () => Buffer.alloc(4096, 'not a model '), /GGUF|gguf/],
    [
      'cut off in its header',
      (model) => model.subarray(0, 2_000),
      /cannot be read.*more than can be in the file/,
    ],
    ['cut off in its tensors', (model) => model.subarray(0, model.length - 4_096), /truncated|ends|cut/i],
    [
      'of an architecture nobody knows',
      (model) =>
        Buffer.from(
          model.toString('latin1').replace('\x05\0\0\0\0\0\0\0llama', '\x05\0\0\0\0\0\0\0lambo'),
          'latin1',
        ),
      /lambo/,
    ],
  ]
  test.each(cases)('%s', async (title, damage, message) => {
    const { scratch, there } = server
    const model = await readFile(path.join(root, 'models/demo/storyteller.gguf'))
    const bytes = damage(model)
    if (bytes) await scratch.write(`models/${title}.gguf`, bytes)
    const file = await scratch.writeWorkflow(story(`${title}.gguf`))
    const { code, stderr, stdout } = await woolgather([
      ...['run', file, ...there, '--out', scratch.path('result.json')],
    ])
    expect({ code, output: stderr + stdout }).toMatchObject({
      code: 1,
      output: expect.stringMatching(message) as string,
    })
    expect(await scratch.readJson('result.json')).toMatchObject({ status: 'failed', outputs: {} })
    expect(workers.add(await server.workerPid()).size).toBe(1)
  })
})

test('a model file with a slip in its name is told from those that are there', async () => {
  await using scratch = await createScratch()
  const file = await scratch.writeWorkflow(story('demo/storytelle.gguf'))
  const { code, stderr } = await woolgather(['run', file, '--data', scratch.path('data')])
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Did you mean “demo/storyteller.gguf”?') as string,
  })
})
