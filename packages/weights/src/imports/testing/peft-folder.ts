import { createGguf, ggmlTypeNumber, openGguf, type GgufFile, type GgufValue } from '@woolgather/gguf'
import { fileURLToPath } from 'node:url'

/** A folder of what llama.cpp's converters were given and made of it: `tools/import-references`. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))
}

/** A model whose tensors have these shapes, row length first, and hold zeros. */
export async function writeEmptyModel(
  path: string,
  architecture: string,
  heads: { query: number; shared: number },
  shapes: Readonly<Record<string, readonly number[]>>,
): Promise<GgufFile> {
  const metadata = new Map<string, GgufValue>([
    ['general.architecture', { type: 'text', value: architecture }],
    [`${architecture}.attention.head_count`, { type: 'u32', value: heads.query }],
    [`${architecture}.attention.head_count_kv`, { type: 'u32', value: heads.shared }],
  ])
  const tensors = Object.entries(shapes).map(([name, shape]) => ({
    name,
    shape,
    type: ggmlTypeNumber('F32')!,
  }))
  const writer = await createGguf(path, { metadata, tensors })
  for (const { name, bytes } of writer.layout.tensors) await writer.write(name, new Uint8Array(bytes), 0)
  await writer.finish()
  return openGguf(path)
}

/** A safetensors file: a header of any kind, and the numbers of its tensors one after another. */
export function safetensors(
  tensors: Readonly<Record<string, { shape: readonly number[]; values: readonly number[] }>>,
  change: (header: Record<string, unknown>) => unknown = (header) => header,
): Buffer {
  const header: Record<string, unknown> = {}
  const data: Buffer[] = []
  let end = 0
  for (const [name, { shape, values }] of Object.entries(tensors)) {
    const bytes = Buffer.from(Float32Array.from(values).buffer)
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + bytes.length] }
    end += bytes.length
    data.push(bytes)
  }
  const changed = change(header)
  const text = Buffer.from(typeof changed === 'string' ? changed : JSON.stringify(changed))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([length, text, ...data])
}
