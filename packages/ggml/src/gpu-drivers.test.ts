import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { chooseBinary } from './choose-binary.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'drivers-'))
  vi.resetModules()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

async function hasDriver(kind: string): Promise<boolean> {
  return (await import('../gpu-drivers.js')).hasDriver(kind)
}

test('a kind of GPU of which no files are known may always be there', async () => {
  expect(await hasDriver('metal')).toBe(true)
  expect(await hasDriver('toString')).toBe(true)
})

test.runIf(process.platform === 'linux')(
  'a driver is found where the loader is told to look, whatever the system has',
  async () => {
    await writeFile(path.join(folder, 'libvulkan.so.1'), '')
    await writeFile(path.join(folder, 'libcuda.so.1'), '')
    vi.stubEnv('LD_LIBRARY_PATH', `:/nowhere:${folder}`)
    expect([await hasDriver('vulkan'), await hasDriver('cuda')]).toEqual([true, true])
  },
)

test.skipIf((await hasDriver('cuda')) || (await hasDriver('vulkan')) || process.platform === 'darwin')(
  'a machine without a driver computes on its processor',
  async () => {
    vi.stubEnv('WOOLGATHER_GPU', 'auto')
    expect((await chooseBinary()).gpu).toBe('cpu')
  },
)
