import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadNative } from '@woolgather/ggml'
import { createGguf, ggmlTypes, openGguf, type GgufValue } from '@woolgather/gguf'
import koffi, { type KoffiFunc, type TypeObject } from 'koffi'
import { afterAll, beforeAll, expect, test } from 'vitest'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'woolgather-gguf-native-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const initParams = koffi.struct('gguf_init_params', { no_alloc: 'bool', ctx: 'void *' })

/** llama.cpp's own GGUF reader. */
async function bindReader(): Promise<Record<string, KoffiFunc<(...values: unknown[]) => unknown>>> {
  const { binary } = await loadNative()
  const library = koffi.load(binary.libraries.ggmlBase)
  const of = (
    result: string,
    name: string,
    ...parameters: (string | TypeObject)[]
  ): KoffiFunc<(...values: unknown[]) => unknown> => library.func(name, result, parameters)
  return {
    open: of('void *', 'gguf_init_from_file', 'str', initParams),
    free: of('void', 'gguf_free', 'void *'),
    alignment: of('size_t', 'gguf_get_alignment', 'void *'),
    dataOffset: of('size_t', 'gguf_get_data_offset', 'void *'),
    tensorCount: of('int64_t', 'gguf_get_n_tensors', 'void *'),
    tensorName: of('str', 'gguf_get_tensor_name', 'void *', 'int64_t'),
    tensorOffset: of('size_t', 'gguf_get_tensor_offset', 'void *', 'int64_t'),
    tensorType: of('int', 'gguf_get_tensor_type', 'void *', 'int64_t'),
    tensorSize: of('size_t', 'gguf_get_tensor_size', 'void *', 'int64_t'),
    findKey: of('int64_t', 'gguf_find_key', 'void *', 'str'),
    u8: of('uint8_t', 'gguf_get_val_u8', 'void *', 'int64_t'),
    i8: of('int8_t', 'gguf_get_val_i8', 'void *', 'int64_t'),
    u16: of('uint16_t', 'gguf_get_val_u16', 'void *', 'int64_t'),
    i16: of('int16_t', 'gguf_get_val_i16', 'void *', 'int64_t'),
    u32: of('uint32_t', 'gguf_get_val_u32', 'void *', 'int64_t'),
    i32: of('int32_t', 'gguf_get_val_i32', 'void *', 'int64_t'),
    f32: of('float', 'gguf_get_val_f32', 'void *', 'int64_t'),
    u64: of('uint64_t', 'gguf_get_val_u64', 'void *', 'int64_t'),
    i64: of('int64_t', 'gguf_get_val_i64', 'void *', 'int64_t'),
    f64: of('double', 'gguf_get_val_f64', 'void *', 'int64_t'),
    bool: of('bool', 'gguf_get_val_bool', 'void *', 'int64_t'),
    text: of('str', 'gguf_get_val_str', 'void *', 'int64_t'),
    arrayLength: of('size_t', 'gguf_get_arr_n', 'void *', 'int64_t'),
    arrayText: of('str', 'gguf_get_arr_str', 'void *', 'int64_t', 'size_t'),
  }
}

const scalars = {
  u8: 200,
  i8: -100,
  u16: 60_000,
  i16: -30_000,
  u32: 4_000_000_000,
  i32: -2_000_000_000,
  f32: 0.5,
  u64: 123_456_789,
  i64: -123_456_789,
  f64: Math.E,
  bool: true,
  text: 'Grüße 🐑',
}

test('llama.cpp reads what the writer wrote: every value type, every tensor type, every place', async () => {
  const path = join(folder, 'all.gguf')
  const metadata = new Map<string, GgufValue>(
    Object.entries(scalars).map(([type, value]) => {
      const exact = type === 'u64' || type === 'i64' ? BigInt(value as number) : value
      return [`a.${type}`, { type, value: exact } as GgufValue]
    }),
  )
  metadata.set('a.texts', { type: 'array', of: 'text', values: ['', 'Ġthe'] })
  const tensors = [...ggmlTypes].map(([type, { name, elements }]) => ({
    name: `t.${name}`,
    shape: [elements * 2, 3],
    type,
  }))
  const writer = await createGguf(path, { metadata, tensors, alignment: 64 })
  for (const { name, bytes } of writer.layout.tensors)
    await writer.write(name, new Uint8Array(bytes).fill(bytes))
  await writer.finish()

  const native = await bindReader()
  const file: unknown = native['open']!(path, { no_alloc: true, ctx: null })
  expect(file).not.toBeNull()
  try {
    const key = (name: string): unknown => native['findKey']!(file, name)
    const read = Object.keys(scalars).map((type) => [type, native[type]!(file, key(`a.${type}`))])
    expect(Object.fromEntries(read)).toEqual(scalars)
    const texts = key('a.texts')
    expect([0, 1].map((index) => native['arrayText']!(file, texts, index))).toEqual(['', 'Ġthe'])
    expect(native['arrayLength']!(file, texts)).toBe(2)
    expect(native['alignment']!(file)).toBe(64)

    const dataOffset = Number(native['dataOffset']!(file))
    const count = Number(native['tensorCount']!(file))
    const seen = Array.from({ length: count }, (_, index) => ({
      name: native['tensorName']!(file, index) as string,
      type: native['tensorType']!(file, index) as number,
      bytes: Number(native['tensorSize']!(file, index)),
      start: dataOffset + Number(native['tensorOffset']!(file, index)),
    }))
    await using ours = await openGguf(path)
    expect(ours.tensors.map(({ name, type, bytes, start }) => ({ name, type, bytes, start }))).toEqual(seen)
    const whole = readFileSync(path)
    for (const { name, start, bytes } of seen) {
      const tensor = ours.tensor(name)!
      expect(Buffer.compare(await ours.readRows(tensor, 0, 3), whole.subarray(start, start + bytes))).toBe(0)
    }
  } finally {
    native['free']!(file)
  }
})
