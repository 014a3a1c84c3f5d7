import path from 'node:path'
import { expect, test } from 'vitest'
import { spawnWoolgather } from './cli.ts'
import { createScratch, root } from './scratch.ts'

/*
   stray ──► story (after it)
*/
test('a node that throws in a timer or leaves a failed promise behind does not end the worker', async () => {
  await using scratch = await createScratch()
  const file = await scratch.writeWorkflow({
    stray: { type: 'test/stray' },
    after: { type: 'text/template', inputs: { template: '{{a}}, and on' }, links: { a: ['stray', 'text'] } },
  })
  const nodes = path.join(root, 'tests/fixtures/stray-errors')
  const { code, stdout } = await spawnWoolgather([
    'run',
    file,
    '--nodes',
    nodes,
    '--data',
    scratch.path('data'),
  ])
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'ended well, and on\n' })
})
