import type { LoraFile } from '@woolgather/gguf'
import { readFloats, Tensors, writeFloats, type Device } from '../model/base-model.ts'
import type { Adapter } from '../graph/layers.ts'
import { f32, type Tensor } from '../graph/tensor.ts'
import { randomFrom } from './examples.ts'
import { scaleOf, type TrainSettings } from './settings.ts'

/** A factor of a change, and what the optimiser knows of it. */
export interface Parameter {
  name: string
  value: Tensor
  gradient: Tensor
  /** Running means of the gradient and of its square. */
  mean: Tensor
  square: Tensor
}

/** The LoRA that is trained, in memory of its own. */
export interface AdapterState extends Disposable {
  /** By the name of the tensor that they change. */
  adapters: ReadonlyMap<string, Adapter>
  parameters: readonly Parameter[]
  /** What a step of AdamW is told: rate, β₁, β₂, ε, decay, and what makes up for the start. */
  numbers: Tensor
  /** The length of the gradient of the last step. */
  length: Tensor
  clearGradients(): void
  bytes: number
}

/** @param weights the model's tensors; the changed ones must be among them */
export function createAdapterState(
  device: Device,
  weights: ReadonlyMap<string, Tensor>,
  names: readonly string[],
  settings: TrainSettings,
): AdapterState {
  const kept = new Tensors(device, names.length * 6 + 2)
  const gradients = new Tensors(device, names.length * 2)
  const parameters: Parameter[] = []
  const make = (name: string, sizes: readonly number[]): Tensor => {
    const value = kept.make(f32, sizes, true)
    device.api.ggml_set_param(value.pointer)
    const [mean, square] = [kept.make(f32, sizes), kept.make(f32, sizes)]
    parameters.push({ name, value, mean, square, gradient: gradients.make(f32, sizes) })
    return value
  }
  const scale = scaleOf(settings)
  const adapters = new Map(
    names.map((name) => {
      const [inputs, outputs] = weights.get(name)!.shape
      const a = make(`${name}.lora_a`, [inputs, settings.rank])
      const b = make(`${name}.lora_b`, [outputs, settings.rank])
      return [name, { a, b, scale }] as const
    }),
  )
  const [numbers, length] = [kept.make(f32, [7]), kept.make(f32, [1])]
  kept.allocate()
  gradients.allocate()
  kept.zero()
  gradients.zero()
  fillAtRandom(device, parameters, settings.seed)
  return {
    adapters,
    parameters,
    numbers,
    length,
    clearGradients: () => gradients.zero(),
    bytes: kept.bytes + gradients.bytes,
    [Symbol.dispose]() {
      kept[Symbol.dispose]()
      gradients[Symbol.dispose]()
    },
  }
}

/** As PEFT begins: A uniform within ±1/√inputs, B zero, so that the model is unchanged at first. */
function fillAtRandom(device: Device, parameters: readonly Parameter[], seed: number): void {
  for (const [index, { name, value }] of parameters.entries()) {
    if (name.endsWith('.lora_b')) continue
    const random = randomFrom(seed, 1_000_000 + index)
    const most = 1 / Math.sqrt(value.shape[0])
    const values = new Float32Array(value.shape[0] * value.shape[1])
    for (let at = 0; at < values.length; at++) values[at] = (2 * random() - 1) * most
    writeFloats(device, value, values)
  }
}

/** The LoRA as a file holds it. */
export function loraOf(
  device: Device,
  { adapters }: Pick<AdapterState, 'adapters'>,
  architecture: string,
  settings: Pick<TrainSettings, 'rank' | 'alpha' | 'rankStabilised'>,
): LoraFile {
  const matrices = [...adapters].map(([tensor, { a, b }]) => {
    const [columns, rank] = a.shape
    const rows = b.shape[0]
    const turned = readFloats(device, b)
    const plain = new Float32Array(turned.length)
    for (let row = 0; row < rows; row++)
      for (let r = 0; r < rank; r++) plain[row * rank + r] = turned[r * rows + row]!
    return { tensor, expert: 0, rows, columns, rank, a: readFloats(device, a), b: plain }
  })
  // α / rank is the scale, however it was chosen.
  return { architecture, alpha: scaleOf(settings) * settings.rank, matrices }
}
