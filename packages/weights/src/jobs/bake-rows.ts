import type { GgufFile, LoraFile } from '@woolgather/gguf'
import { addLora, loraScale, type ScaledLora } from '@woolgather/merge'
import { WoolgatherError } from '@woolgather/workflow'
import { factorsOf } from '../sources/factors-of.ts'

/** What LoRAs add to the tensors of one model: by tensor and expert. Plain data, so that threads can be sent it. */
export type Bakes = ReadonlyMap<string, readonly (readonly ScaledLora[])[]>

/**
 * Every LoRA on every tensor that it touches.
 * @param loras as they are to be at strength 1, with names for messages
 * @throws WoolgatherError adapter-mismatch naming the tensors where a LoRA is for another model
 */
export async function bakesFor(
  model: GgufFile,
  loras: readonly { name: string; lora: LoraFile }[],
): Promise<Bakes> {
  const bakes = new Map<string, ScaledLora[][]>()
  for (const { name, lora } of loras) {
    checkFits(model, name, lora)
    for (const { tensor, expert, ...factors } of lora.matrices) {
      const experts = bakes.get(tensor) ?? []
      bakes.set(tensor, experts)
      const own = (experts[expert] ??= [])
      const later = await factorsOf(model, model.tensor(tensor)!)
      const factor = later?.[later.length > 1 ? expert : 0] ?? 1
      own.push({ factors, scale: loraScale(lora.alpha, factors.rank) / factor })
    }
  }
  return bakes
}

function checkFits(model: GgufFile, name: string, { architecture, matrices }: LoraFile): void {
  const wanted = String(model.header.metadata.get('general.architecture'))
  if (architecture !== wanted) throw mismatch(`${name} is for ${architecture} models; this one is ${wanted}`)
  const wrong = matrices.flatMap(({ tensor, expert, rows, columns }) => {
    const shape = model.tensor(tensor)?.shape
    if (shape === undefined) return [`the model has no ${tensor}`]
    const [width, height = 1, experts = 1] = shape
    if (width === columns && height === rows && expert < experts) return []
    return [`${tensor} is ${columns} × ${rows} there and ${shape.join(' × ')} in the model`]
  })
  if (wrong.length === 0) return
  const more = wrong.length > 3 ? `, and ${wrong.length - 3} more` : ''
  throw mismatch(`${name} is for another model: ${wrong.slice(0, 3).join('; ')}${more}`)
}

/** Adds the changes to whole rows of a tensor from `firstRow` on, in place. */
export function bakeRows(
  bakes: Bakes,
  { name, shape }: { name: string; shape: readonly number[] },
  firstRow: number,
  values: Float32Array,
): void {
  const experts = bakes.get(name)
  if (experts === undefined) return
  const [columns = 1, matrixRows = 1] = shape
  const end = firstRow + values.length / columns
  for (let row = firstRow; row < end;) {
    const expert = Math.floor(row / matrixRows)
    const next = Math.min(end, (expert + 1) * matrixRows)
    const part = values.subarray((row - firstRow) * columns, (next - firstRow) * columns)
    const adapters = experts[expert] ?? []
    if (adapters.length > 0) addLora(part, row - expert * matrixRows, adapters)
    row = next
  }
}

function mismatch(message: string): WoolgatherError {
  return new WoolgatherError('adapter-mismatch', `${message}.`, {
    hint: 'Bake a LoRA into the model that it was made for.',
  })
}
