import { openGguf, type GgufFile } from '@woolgather/gguf'
import { isReadable, WeightsFile } from '../sources/weights-file.ts'

/** Every tensor's bytes, in base64, of the file at a path. */
export async function bytesOf(file: string): Promise<Record<string, string>> {
  await using model = await openGguf(file)
  return await tensorBytes(model)
}

export async function tensorBytes(model: GgufFile): Promise<Record<string, string>> {
  const entries: [string, string][] = []
  for (const tensor of model.tensors) {
    entries.push([tensor.name, Buffer.from(await model.readRows(tensor, 0, tensor.rows)).toString('base64')])
  }
  return Object.fromEntries(entries.toSorted(([a], [b]) => a.localeCompare(b)))
}

/** The largest difference of a weight between two files, and the largest weight. */
export async function compare(
  first: string,
  second: string,
): Promise<{ difference: number; weight: number }> {
  await using own = await WeightsFile.open(first)
  await using other = await WeightsFile.open(second)
  let [difference, weight] = [0, 0]
  for (const tensor of own.file.tensors.filter(isReadable)) {
    const [x, y] = [await own.read(tensor, 0, tensor.rows), await other.read(tensor, 0, tensor.rows)]
    for (let i = 0; i < x.length; i++) {
      difference = Math.max(difference, Math.abs(x[i]! - y[i]!))
      weight = Math.max(weight, Math.abs(x[i]!))
    }
  }
  return { difference, weight }
}
