import { z } from 'zod'
import { expect, test } from 'vitest'
import type { CellCache } from '../cache/cell-cache.ts'
import { createMemoryCache } from '../cache/memory-cache.ts'
import { defineNode, type NodeDefinition } from '../nodes/define-node.ts'
import type { CellServices } from '../run/cell-services.ts'
import { graph, registryWith, run, story } from '../testing/graph.ts'

/** A file whose contents have an early name at first, and a final one once somebody has hashed it. */
interface File {
  contents: string
  hashed?: boolean
  /** What happens while a cell reads it. */
  whileRead?: () => void
}

interface Reader {
  name: () => string
  read: () => string
}

function cellOf(file: File): CellServices<Reader> {
  let used: string | undefined
  let settled = (): void => {}
  const wasEarly = file.hashed !== true
  const later = new Promise<void>((resolve) => (settled = resolve))
  const read = (): string => {
    used = file.contents
    file.whileRead?.()
    if (file.hashed === true) settled()
    return used
  }
  const early = (): string => `early ${used ?? file.contents}`
  return {
    services: { read, name: () => (file.hashed === true ? `final ${used ?? file.contents}` : early()) },
    early: { read, name: early },
    async settle() {
      if (wasEarly) await later
      return wasEarly
    },
  }
}

const reader = defineNode({
  type: 'test/reader',
  version: 1,
  title: 'Reader',
  description: 'Reads the file.',
  inputs: { value: { type: 'any', description: 'Anything.', schema: z.json().default(null) } },
  outputs: { value: { type: 'any', description: 'Its contents.' } },
  fingerprint: (_, { name }) => Promise.resolve(name()),
  run: (_, { services }) => ({ value: services.read() }),
} satisfies NodeDefinition<Reader>) as NodeDefinition

async function read(cache: CellCache, file: File): Promise<{ value: unknown; how: string[] }> {
  const { outputs, events } = await run(graph({ reader: { type: 'test/reader' } }), {
    registry: registryWith(reader),
    cache,
    forCell: () => cellOf(file) as never,
  })
  return { value: outputs['reader']?.['value'], how: story(events) }
}

const isCached = ({ how }: { how: string[] }): boolean => how.some((line) => line.includes('cached'))

test('a result that was kept under an early name is found when the name is final', async () => {
  const cache = createMemoryCache()
  expect(isCached(await read(cache, { contents: 'a' }))).toBe(false)
  expect(isCached(await read(cache, { contents: 'a' }))).toBe(true)
  expect(isCached(await read(cache, { contents: 'a', hashed: true }))).toBe(true)
  expect(isCached(await read(cache, { contents: 'b', hashed: true }))).toBe(false)
})

test('a result whose file is hashed while it runs is kept under the final name [R41]', async () => {
  const cache = createMemoryCache()
  const file: File = { contents: 'a' }
  file.whileRead = () => (file.hashed = true)
  await read(cache, file)
  expect(isCached(await read(cache, { contents: 'a', hashed: true }))).toBe(true)
})

test('a result of another file than was looked at is not kept [R41]', async () => {
  const cache = createMemoryCache()
  const file: File = { contents: 'a' }
  const cell = cellOf(file)
  // Looked at as `a`, read as `b`, and `a` again afterwards.
  const { outputs } = await run(graph({ reader: { type: 'test/reader' } }), {
    registry: registryWith(reader),
    cache,
    forCell: () =>
      ({
        ...cell,
        services: {
          ...cell.services,
          read: () => {
            file.contents = 'b'
            const value = cell.services.read()
            file.contents = 'a'
            return value
          },
        },
      }) as never,
  })
  expect(outputs['reader']).toEqual({ value: 'b' })
  expect(await read(cache, { contents: 'a' })).toMatchObject({ value: 'a' })
  expect(await read(cache, { contents: 'b' })).toMatchObject({ value: 'b' })
})

test('where nothing is noted, a result is kept if its fingerprint is still the same when it has run', async () => {
  const cache = createMemoryCache()
  let name = 'one'
  const changing = { ...reader, run: () => ({ value: (name = 'two') }) } as NodeDefinition
  const again = async (definition: NodeDefinition): Promise<string[]> => {
    const services = { name: () => name, read: () => name }
    const workflow = graph({ reader: { type: 'test/reader' } })
    return story((await run(workflow, { registry: registryWith(definition), cache, services })).events)
  }
  await again(changing)
  expect(await again(reader)).not.toContainEqual(expect.stringContaining('cached'))
  expect(await again(reader)).toContainEqual(expect.stringContaining('cached'))
  name = 'one'
  expect(await again(reader)).not.toContainEqual(expect.stringContaining('cached'))
})
