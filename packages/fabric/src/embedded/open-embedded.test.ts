import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
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
