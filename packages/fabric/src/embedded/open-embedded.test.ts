import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openEmbeddedFabric } from './open-embedded.ts'
import { keepsTheContract } from '../testing/contract.ts'

keepsTheContract(async (use) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-fabric-'))
  try {
    await use((options) => openEmbeddedFabric(folder, options))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('processes that write in turn do not keep each other from it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'woolgather-fabric-'))
  {
    await using one = await openEmbeddedFabric(folder)
    await using other = await openEmbeddedFabric(folder)
    for (let round = 0; round < 20; round++) {
      for (const [name, fabric] of Object.entries({ one, other })) {
        expect(await fabric.has({ id: `${name}-${round}`, queue: 'q', interactive: false, run: 'r' })).toBe(
          false,
        )
        fabric.tell('round', round)
        await fabric.offer({ id: `${name}-${round}`, queue: 'q', interactive: false, run: 'r', body: round })
      }
    }
    expect(await one.queues()).toEqual([{ queue: 'q', interactive: 0, others: 40 }])
  }
  await rm(folder, { recursive: true, force: true })
})
