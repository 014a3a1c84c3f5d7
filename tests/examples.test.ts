import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createScratch, root, woolgather } from './cli.ts'

const examples = readdirSync(path.join(root, 'workflows')).filter((file) => file.endsWith('.json'))

test.each(examples)('the example %s validates and completes', async (file) => {
  await using scratch = await createScratch()
  const { code, stderr } = await woolgather(['run', path.join('workflows', file), '--output', scratch.folder])
  expect({ code, stderr }).toMatchObject({ code: 0 })
})
