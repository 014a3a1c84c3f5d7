import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ggmlTypes } from './ggml-types.ts'
import { GgufError } from './gguf-error.ts'
import { measureTensors } from './measure-tensors.ts'
import { openGguf } from './open-gguf.ts'
import { planGguf, type GgufPlan } from './plan-gguf.ts'
import { readHeader } from './read-header.ts'
import type { GgufValue } from './value-types.ts'
import { createGguf } from './write-gguf.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'woolgather-write-gguf-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const at = (name: string): string => path.join(folder, name)

const everyValue: [string, GgufValue][] = [
  ['a.u8', { type: 'u8', value: 255 }],
  ['a.i8', { type: 'i8', value: -128 }],
  ['a.u16', { type: 'u16', value: 65_535 }],
  ['a.i16', { type: 'i16', value: -32_768 }],
  ['a.u32', { type: 'u32', value: 4_294_967_295 }],
  ['a.i32', { type: 'i32', value: -2_147_483_648 }],
  ['a.f32', { type: 'f32', value: 0.5 }],
  ['a.bool', { type: 'bool', value: true }],
  ['a.text', { type: 'text', value: 'Grüße, 你好 🐑' }],
  ['a.empty', { type: 'text', value: '' }],
  ['a.u64', { type: 'u64', value: 18_446_744_073_709_551_615n }],
  ['a.i64', { type: 'i64', value: -9_223_372_036_854_775_808n }],
  ['a.f64', { type: 'f64', value: Math.PI }],
  ['b.u8', { type: 'array', of: 'u8', values: [0, 255] }],
  ['b.i8', { type: 'array', of: 'i8', values: [-1, 1] }],
  ['b.u16', { type: 'array', of: 'u16', values: [1, 2, 3] }],
  ['b.i16', { type: 'array', of: 'i16', values: [-1] }],
  ['b.u32', { type: 'array', of: 'u32', values: [7] }],
  ['b.i32', { type: 'array', of: 'i32', values: [-7, 7] }],
  ['b.f32', { type: 'array', of: 'f32', values: [0.25, -2] }],
  ['b.bool', { type: 'array', of: 'bool', values: [true, false] }],
  ['b.text', { type: 'array', of: 'text', values: ['', 'Ġthe', '▁a'] }],
  ['b.u64', { type: 'array', of: 'u64', values: [1n] }],
  ['b.i64', { type: 'array', of: 'i64', values: [-1n, 1n] }],
  ['b.f64', { type: 'array', of: 'f64', values: [] }],
]

const everyTensor = [...ggmlTypes].map(([type, { name, elements }]) => ({
  name: `blk.0.${name}`,
  shape: [elements * 2, 3],
  type,
}))

const bytesOf = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + seed * 17) & 255)

async function write(name: string, plan: GgufPlan): Promise<Map<string, Uint8Array>> {
  const writer = await createGguf(at(name), plan)
  const contents = new Map(
    writer.layout.tensors.map(({ name, bytes }, index) => [name, bytesOf(bytes, index)]),
  )
  for (const [tensor, data] of contents) await writer.write(tensor, data)
  await writer.finish()
  return contents
}

async function readAll(name: string, maxBytes: number): Promise<Map<string, Uint8Array>> {
  await using file = await openGguf(at(name))
  const parts = new Map<string, Uint8Array[]>()
  for await (const { tensor, data } of file.stream(maxBytes)) {
    parts.set(tensor.name, [...(parts.get(tensor.name) ?? []), data])
  }
  return new Map([...parts].map(([tensor, data]) => [tensor, new Uint8Array(Buffer.concat(data))]))
}

describe('writing and reading back', () => {
  test('every metadata value keeps its type and every tensor type its bytes', async () => {
    const contents = await write('all.gguf', { metadata: new Map(everyValue), tensors: everyTensor })
    await using file = await openGguf(at('all.gguf'))
    const values = await Promise.all(everyValue.map(async ([key]) => [key, await file.value(key)]))
    expect(values).toEqual(everyValue)
    expect(file.tensors.map(({ name, shape, type }) => ({ name, shape, type }))).toEqual(everyTensor)
    expect(await readAll('all.gguf', 2 ** 20)).toEqual(contents)
  })

  test('tensors come in runs of whole rows no larger than asked for', async () => {
    const contents = await write('runs.gguf', {
      metadata: new Map(),
      tensors: [{ name: 'wide', shape: [64, 10], type: 0 }],
    })
    await using file = await openGguf(at('runs.gguf'))
    const runs: [number, number][] = []
    for await (const { firstRow, rows, data } of file.stream(3 * 256 + 1)) {
      expect(data.length).toBe(rows * 256)
      runs.push([firstRow, rows])
    }
    expect(runs).toEqual([[0, 3], [3, 3], [6, 3], [9, 1]]) // prettier-ignore
    expect(await readAll('runs.gguf', 1)).toEqual(contents)
  })

  test.each([32, 64, 4096])('tensors begin at multiples of an alignment of %d', async (alignment) => {
    await write('aligned.gguf', { metadata: new Map(), tensors: everyTensor.slice(0, 9), alignment })
    await using file = await openGguf(at('aligned.gguf'))
    expect(file.tensors.map(({ start }) => start % alignment)).toEqual(everyTensor.slice(0, 9).map(() => 0))
    expect(file.header.alignment).toBe(alignment)
  })

  test('metadata is copied byte for byte without being understood', async () => {
    await write('source.gguf', { metadata: new Map(everyValue), tensors: [] })
    await using source = await openGguf(at('source.gguf'))
    const copied = new Map<string, GgufValue>()
    for (const key of source.header.places.keys()) copied.set(key, (await source.encodedValue(key))!)
    await write('copy.gguf', { metadata: copied, tensors: [] })
    expect(readFileSync(at('copy.gguf'))).toEqual(readFileSync(at('source.gguf')))
  })

  test('tensors may be written in pieces and out of order', async () => {
    const tensors = [{ name: 'a', shape: [8, 2], type: 0 }, { name: 'b', shape: [3], type: 0 }] // prettier-ignore
    const writer = await createGguf(at('pieces.gguf'), { metadata: new Map(), tensors })
    await writer.write('b', bytesOf(12, 1))
    await writer.write('a', bytesOf(64, 0).subarray(40), 40)
    await writer.write('a', bytesOf(64, 0).subarray(0, 40))
    await writer.finish()
    expect(await readAll('pieces.gguf', 2 ** 20)).toEqual(
      new Map([
        ['a', bytesOf(64, 0)],
        ['b', bytesOf(12, 1)],
      ]),
    )
  })

  test('the file is as large as planned', async () => {
    const plan = { metadata: new Map(everyValue), tensors: everyTensor }
    await write('planned.gguf', plan)
    expect(readFileSync(at('planned.gguf')).length).toBe(planGguf(plan).fileBytes)
  })
})

describe('nothing unfinished gets the name', () => {
  const plan = { metadata: new Map(), tensors: [{ name: 'a', shape: [8], type: 0 }] }
  const files = (): string[] => readdirSync(folder).filter((name) => name.startsWith('half.'))

  test('a file with bytes missing is not finished', async () => {
    const writer = await createGguf(at('half.gguf'), plan)
    await writer.write('a', bytesOf(31, 0))
    await expect(writer.finish()).rejects.toThrow('1 bytes of a were not written')
    await writer.abort()
    expect(files()).toEqual([])
  })

  test('more bytes than a tensor has are refused', async () => {
    const writer = await createGguf(at('half.gguf'), plan)
    await expect(writer.write('a', bytesOf(33, 0))).rejects.toThrow('a has room for 32 more bytes, not 33')
    await expect(writer.write('b', bytesOf(1, 0))).rejects.toThrow('There is no tensor b to write')
    await writer.abort()
    expect(files()).toEqual([])
  })

  test.each<[string, Partial<GgufPlan>]>([
    ['two tensors are called a', { tensors: [...plan.tensors, ...plan.tensors] }],
    [
      'the tensor q has rows of 33, which Q8_0 cannot hold (blocks of 32)',
      { tensors: [{ name: 'q', shape: [33], type: 8 }] },
    ],
    ['an alignment of 48 is not a power of two', { alignment: 48 }],
    [
      `the tensor name ${'x'.repeat(64)} is longer than 63 bytes`,
      { tensors: [{ name: 'x'.repeat(64), shape: [1], type: 0 }] },
    ],
    ['a metadata key of 0 bytes cannot be written', { metadata: new Map([['', { type: 'u8', value: 1 }]]) }],
  ])('refused before a file is made: %s', async (message, change) => {
    await expect(createGguf(at('half.gguf'), { ...plan, ...change })).rejects.toThrow(new GgufError(message))
    expect(files()).toEqual([])
  })
})

describe('headers that lie', () => {
  const tensors = [
    { name: 'a', shape: [16], type: 0 },
    { name: 'b', shape: [16], type: 0 },
  ]
  /** Offsets of the second tensor's fields from the end of the tensor table: name, dimensions, size, type, offset. */
  async function change(edit: (bytes: Buffer, tableEnd: number) => void): Promise<unknown> {
    await write('sound.gguf', { metadata: new Map(), tensors })
    const bytes = readFileSync(at('sound.gguf'))
    const tableEnd = 24 + 2 * (8 + 1 + 4 + 8 + 4 + 8)
    edit(bytes, tableEnd)
    writeFileSync(at('lying.gguf'), bytes)
    return readHeader(at('lying.gguf')).then(measureTensors)
  }

  test('tensors that overlap', async () => {
    await expect(change((bytes, end) => bytes.writeBigUInt64LE(32n, end - 8))).rejects.toThrow(
      'the tensors a and b overlap in the file',
    )
  })

  test('a tensor off the alignment', async () => {
    await expect(change((bytes, end) => bytes.writeBigUInt64LE(63n, end - 8))).rejects.toThrow(
      'the tensor b begins at offset 63, which is no multiple of 32',
    )
  })

  test('a tensor beyond the end', async () => {
    await expect(change((bytes, end) => bytes.writeBigUInt64LE(2n ** 60n, end - 8))).rejects.toThrow(
      /the tensor b ends at byte \d+, but the file has \d+/,
    )
  })

  test('a size that overflows', async () => {
    await expect(change((bytes, end) => bytes.writeBigUInt64LE(2n ** 63n, end - 20))).rejects.toThrow(
      'the tensor b has the impossible shape 9223372036854776000',
    )
  })

  test('two tensors of one name', async () => {
    await expect(change((bytes, end) => bytes.write('a', end - 25))).rejects.toThrow(
      'two of its tensors are called a',
    )
  })

  test('a truncated file, wherever it was cut', async () => {
    await write('whole.gguf', { metadata: new Map(everyValue), tensors: everyTensor })
    const whole = readFileSync(at('whole.gguf'))
    const last = measureTensors(await readHeader(at('whole.gguf'))).at(-1)!
    await fc.assert(
      fc.asyncProperty(fc.nat(last.start + last.bytes - 1), async (length) => {
        writeFileSync(at('cut.gguf'), whole.subarray(0, length))
        await expect(openGguf(at('cut.gguf'))).rejects.toThrow(GgufError)
      }),
      { numRuns: 60 },
    )
  })
})

describe('split models', () => {
  const name = (part: number): string => `big-0000${part + 1}-of-00003.gguf`
  const splitInfo = (no: number, total: number): Map<string, GgufValue> =>
    new Map([
      ['split.no', { type: 'u16', value: no }],
      ['split.count', { type: 'u16', value: 3 }],
      ['split.tensors.count', { type: 'i32', value: total }],
    ])
  async function writeParts(total = 3, second = 1): Promise<Map<string, Uint8Array>> {
    const contents = new Map<string, Uint8Array>()
    for (const part of [0, 1, 2]) {
      const tensors = [{ name: `blk.${part}`, shape: [8, part + 1], type: 1 }]
      const written = await write(name(part), {
        metadata: splitInfo(part === 1 ? second : part, total),
        tensors,
      })
      for (const entry of written) contents.set(...entry)
    }
    return contents
  }

  test('are read as one', async () => {
    const contents = await writeParts()
    expect(await readAll(name(0), 16)).toEqual(contents)
  })

  test('are refused where a part is of another place or number', async () => {
    await writeParts(3, 2)
    await expect(openGguf(at(name(0)))).rejects.toThrow(
      'big-00002-of-00003.gguf calls itself number 2 of 3, counted from 0',
    )
    await writeParts(4)
    await expect(openGguf(at(name(0)))).rejects.toThrow('its parts hold 3 tensors, but the first tells of 4')
    await expect(openGguf(at(name(1)))).rejects.toThrow('it is part 2 of 3 of a model')
  })
})

describe('versions and damage', () => {
  const writeVersion = async (version: number): Promise<void> => {
    await write('version.gguf', { metadata: new Map(everyValue), tensors: everyTensor })
    const bytes = readFileSync(at('version.gguf'))
    bytes.writeUInt32LE(version, 4)
    writeFileSync(at('version.gguf'), bytes)
  }

  test('version 2 is read like 3', async () => {
    await writeVersion(2)
    await using file = await openGguf(at('version.gguf'))
    expect([file.header.version, file.tensors.length]).toEqual([2, everyTensor.length])
  })

  test.each([
    [1, 'it is GGUF version 1; versions 2 and 3 can be read'],
    [0x03000000, 'it is a GGUF file for big-endian machines'],
  ])('version %d is refused', async (version, message) => {
    await writeVersion(version)
    await expect(openGguf(at('version.gguf'))).rejects.toThrow(message)
  })

  test('whatever bytes of a header are changed, it is read or refused', async () => {
    await write('sound.gguf', { metadata: new Map(everyValue), tensors: everyTensor.slice(0, 4) })
    const sound = readFileSync(at('sound.gguf'))
    const changes = fc.array(fc.tuple(fc.nat(1200), fc.uint8Array({ minLength: 1, maxLength: 8 })), {
      minLength: 1,
    })
    const readEverything = async (): Promise<void> => {
      await using file = await openGguf(at('changed.gguf'))
      for (const key of file.header.places.keys()) await file.value(key)
      for await (const { data } of file.stream(64)) expect(data.length).toBeGreaterThan(0)
    }
    await fc.assert(
      fc.asyncProperty(changes, async (edits) => {
        const bytes = Buffer.from(sound)
        for (const [place, values] of edits) bytes.set(values, place)
        writeFileSync(at('changed.gguf'), bytes)
        const outcome = await readEverything().catch((error: unknown) => error)
        if (outcome !== undefined) expect(outcome).toBeInstanceOf(GgufError)
      }),
      { numRuns: 150 },
    )
  })
})
