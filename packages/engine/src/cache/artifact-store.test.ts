import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFileArtifactStore, createMemoryArtifactStore, type ArtifactStore } from './artifact-store.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'woolgather-artifacts-'))
})
afterAll(() => rm(folder, { recursive: true }))

const kinds: Record<string, () => ArtifactStore> = {
  memory: createMemoryArtifactStore,
  file: () => createFileArtifactStore(folder),
}
const bytes = new TextEncoder().encode('a long story')

for (const [kind, create] of Object.entries(kinds)) {
  test(`a ${kind} store gives back by hash what was put, and nothing for another hash`, async () => {
    const store = create()
    const ref = store.put(bytes, 'text/plain')
    expect(ref).toEqual({
      artifact: 'f9f7f98188617d4561f9e537e168e85cdd8ffecabbea184a110927780f7dc731',
      type: 'text/plain',
      bytes: 12,
    })
    expect(Buffer.from((await store.get(ref.artifact)) as Uint8Array)).toEqual(Buffer.from(bytes))
    expect(await store.get('0'.repeat(64))).toBeUndefined()
  })
}

test('equal contents are one file, and no half-written one is left beside it', async () => {
  const store = createFileArtifactStore(folder)
  const { artifact } = store.put(bytes, 'text/plain')
  store.put(bytes, 'text/plain')
  expect(await readdir(join(folder, artifact.slice(0, 2)))).toEqual([artifact])
})

test('a hash that is a path leads nowhere, and a damaged file is nothing', async () => {
  const store = createFileArtifactStore(folder)
  const { artifact } = store.put(bytes, 'text/plain')
  expect(await store.get('../../etc/passwd')).toBeUndefined()
  await writeFile(join(folder, artifact.slice(0, 2), artifact), 'something else')
  expect(await store.get(artifact)).toBeUndefined()
})

/** What may stand where an artifact was. */
const damages: Record<string, (path: string) => Promise<unknown>> = {
  'other bytes, as many': (path) => writeFile(path, 'b long story'),
  'other bytes': (path) => writeFile(path, 'damaged'),
  nothing: (path) => truncate(path, 0),
  'a folder': (path) => rm(path).then(() => mkdir(join(path, 'inner'), { recursive: true })),
  'a file in place of its folder': (path) =>
    rm(dirname(path), { recursive: true }).then(() => writeFile(dirname(path), '')),
}

for (const [what, damage] of Object.entries(damages)) {
  test(`an artifact of which ${what} is left is missing, said so once, and written anew when it is put again`, async () => {
    const said: string[] = []
    const store = createFileArtifactStore(folder, { onDamaged: (path) => said.push(path) })
    const { artifact } = store.put(bytes, 'text/plain')
    const path = join(folder, artifact.slice(0, 2), artifact)
    await damage(path)
    expect(await store.get(artifact)).toBeUndefined()
    expect(await store.get(artifact)).toBeUndefined()
    expect(said).toEqual([path])
    expect(store.put(bytes, 'text/plain').artifact).toBe(artifact)
    expect(await readFile(path)).toEqual(Buffer.from(bytes))
    await damage(path)
    createFileArtifactStore(folder).put(bytes, 'text/plain')
    expect(await readFile(path)).toEqual(Buffer.from(bytes))
  })
}
