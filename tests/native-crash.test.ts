import path from 'node:path'
import { expect, test } from 'vitest'
import { spawnWoolgather } from './cli.ts'
import { createScratch, root } from './scratch.ts'

/*
   crash
   model ──► story
*/
test('an abort in native code ends the worker only: its cell fails with signal and last words, the rest completes', async () => {
  await using scratch = await createScratch()
  const file = await scratch.writeWorkflow({
    crash: { type: 'test/abort' },
    model: { type: 'loading/model', inputs: { file: 'demo/storyteller.gguf' } },
    story: {
      type: 'generation/generate',
      inputs: { prompt: 'Tell me a story.', seed: 1, maxTokens: 20 },
      links: { model: ['model', 'model'] },
    },
  })
  const folders = ['--data', scratch.path('data'), '--nodes', path.join(root, 'tests/fixtures/native-abort')]
  const { code } = await spawnWoolgather(['run', file, ...folders, '--out', scratch.path('result.json')])
  expect({ code, result: await scratch.readJson('result.json') }).toMatchObject({
    code: 3,
    result: {
      status: 'partial',
      outputs: { story: { text: expect.stringMatching(/\w+ \w+/) as string } },
      errors: [
        {
          code: 'native-crash',
          node: 'crash',
          message: expect.stringContaining('SIGABRT') as string,
          cause: expect.stringContaining('GGML_ASSERT(imatrix != NULL) failed') as string,
        },
      ],
    },
  })
})
