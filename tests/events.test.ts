import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { runEventTypes } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { root } from './scratch.ts'

test('every event that a run may have is told by engine, supervisor or server', () => {
  const tellers = ['packages/engine/src', 'packages/supervisor/src', 'apps/server/src'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.includes('.test.') && !file.includes('testing'))
      .map((file) => readFileSync(path.join(root, folder, file), 'utf8')),
  )
  const told = new Set(
    tellers.flatMap((text) => [...text.matchAll(/\{\s*type: '([\w.]+)'/g)].map(([, type]) => type)),
  )
  expect(runEventTypes.filter((type) => !told.has(type))).toEqual([])
})
