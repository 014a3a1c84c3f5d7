import type { LoraFile } from '@woolgather/gguf'
import { writeFloats } from '../model/base-model.ts'
import { createAdapterState, loraOf, type AdapterState } from './adapter-state.ts'
import { examplesAt, randomFrom, weightOf, type Example } from './examples.ts'
import { buildGraph, buildStep, type BuiltGraph, type Ingredients } from './graphs.ts'
import { pack, type Packed } from './pack.ts'
import { rateAt, type TrainSettings } from './settings.ts'

export interface StepResult {
  /** −log p of what was learnt, per token, before the step. */
  loss: number
  /** Length of the gradient, before it was shortened. */
  gradient: number
  learningRate: number
  /** Tokens read. */
  tokens: number
}

const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8]
/** Random numbers that nothing else draws. */
const dropoutStream = 10_000_000

/** Trains a LoRA, step by step. Owns its graphs and the LoRA's memory, not the model's. */
export class Trainer implements Disposable {
  readonly state: AdapterState
  readonly settings: TrainSettings
  /** Whether rows hold several examples. */
  readonly packs: boolean
  readonly #parts: Ingredients
  readonly #step: ReturnType<typeof buildStep>
  readonly #graphs = new Map<'learn' | 'evaluate', BuiltGraph>()

  constructor(
    parts: Omit<Ingredients, 'state' | 'settings'>,
    names: readonly string[],
    settings: TrainSettings,
    packs = true,
  ) {
    this.settings = settings
    this.packs = packs
    this.state = createAdapterState(parts.device, parts.weights, names, settings)
    this.#parts = { ...parts, state: this.state, settings }
    this.#step = buildStep(this.#parts)
  }

  /** A step on examples that the number of the step and the seed choose. */
  step(step: number, examples: readonly Example[]): StepResult {
    const { batch, accumulate, seed } = this.settings
    const chosen = examplesAt(step, { count: examples.length, size: batch * accumulate, seed })
    const learnt = chosen.map((index) => examples[index]!)
    const { loss, tokens } = this.addGradients(learnt, step)
    const learningRate = rateAt(this.settings, step)
    return { loss, gradient: this.take(step, learningRate), learningRate, tokens }
  }

  /**
   * Adds to the gradients those of a step's examples, a batch at a time.
   * @param step decides, with the seed, what adapters are blind to
   * @returns the mean of −log p
   */
  addGradients(examples: readonly Example[], step = 0): { loss: number; tokens: number } {
    this.state.clearGradients()
    return this.#go(examples, 'learn', step)
  }

  /** The mean of −log p of what is to be learnt of examples. */
  evaluate(examples: readonly Example[]): number {
    return this.#go(examples, 'evaluate').loss
  }

  /** Changes the LoRA by the gradients. @returns their length */
  take(step: number, learningRate: number): number {
    const { weightDecay } = this.settings
    const [first, second] = [1 / (1 - beta1 ** step), 1 / (1 - beta2 ** step)]
    const numbers = [learningRate, beta1, beta2, epsilon, weightDecay, first, second]
    writeFloats(this.#parts.device, this.state.numbers, Float32Array.from(numbers))
    return this.#step.take()
  }

  /** Bytes of what was computed with so far, besides the model. */
  get bytes(): number {
    return this.state.bytes + this.computeBytes
  }

  get computeBytes(): number {
    return [...this.#graphs.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  }

  lora(): LoraFile {
    const { device, shape } = this.#parts
    return loraOf(device, this.state, shape.architecture, this.settings)
  }

  #go(examples: readonly Example[], kind: 'learn' | 'evaluate', step = 0): { loss: number; tokens: number } {
    const { batch, seed } = this.settings
    const random = randomFrom(seed, dropoutStream + step)
    const all = examples.reduce((sum, example) => sum + weightOf(example), 0)
    let [loss, tokens] = [0, 0]
    for (let from = 0; from < examples.length; from += batch) {
      const part = examples.slice(from, from + batch)
      const packed = pack(part, { window: this.#parts.shape.window?.size, packs: this.packs })
      const { weights } = packed.targets
      for (let index = 0; index < weights.length; index++) weights[index]! /= all
      loss += this.#graphFor(packed, kind).compute(packed, random)
      tokens += part.reduce((sum, example) => sum + example.tokens.length - 1, 0)
    }
    return { loss, tokens }
  }

  #graphFor({ length, rows, targets }: Packed, kind: 'learn' | 'evaluate'): BuiltGraph {
    const before = this.#graphs.get(kind)
    const size = { length, rows, targets: targets.rows.length }
    if (before && JSON.stringify(before.size) === JSON.stringify(size)) return before
    before?.[Symbol.dispose]()
    this.#graphs.delete(kind)
    const graph = buildGraph(this.#parts, size, kind === 'learn')
    this.#graphs.set(kind, graph)
    return graph
  }

  [Symbol.dispose](): void {
    for (const graph of this.#graphs.values()) graph[Symbol.dispose]()
    this.#graphs.clear()
    this.#step[Symbol.dispose]()
    this.state[Symbol.dispose]()
  }
}
