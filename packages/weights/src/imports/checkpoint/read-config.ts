import { inFolder } from '@woolgather/workflow'
import { z } from 'zod'
import { readFileOf, type CheckpointFiles } from '../format/checkpoint-files.ts'
import { families, type Family } from '../format/families.ts'
import { unreadable } from '../format/read-json.ts'
import { unsupported } from '../format/unsupported.ts'

/** llama.cpp's architectures by the classes of transformers. */
const classes: ReadonlyMap<string, string> = new Map([
  ['LlamaForCausalLM', 'llama'],
  ['LLaMAForCausalLM', 'llama'],
  ['MistralForCausalLM', 'llama'],
  ['Qwen2ForCausalLM', 'qwen2'],
  ['Qwen3ForCausalLM', 'qwen3'],
  ['GemmaForCausalLM', 'gemma'],
  ['Gemma2ForCausalLM', 'gemma2'],
  ['Gemma3ForCausalLM', 'gemma3'],
  ['Gemma3ForConditionalGeneration', 'gemma3'],
  ['Phi3ForCausalLM', 'phi3'],
  ['GPTNeoXForCausalLM', 'gptneox'],
  ['FalconForCausalLM', 'falcon'],
  ['RWForCausalLM', 'falcon'],
])

/** More of anything than a model has: a file may say anything. */
const mostOf = 16_777_216

/** `config.json`: what a model is built by. */
export class CheckpointConfig {
  /** llama.cpp's: `general.architecture`. */
  readonly architecture: string
  readonly family: Family
  readonly #name: string
  readonly #values: Readonly<Record<string, unknown>>

  /** Use `readConfig`. */
  constructor(name: string, architecture: string, values: Readonly<Record<string, unknown>>) {
    this.#name = name
    this.#values = values
    this.architecture = architecture
    this.family = families.get(architecture)!
  }

  /** The first of these that is there; null counts as absent. */
  value(...keys: readonly string[]): unknown {
    return keys.map((key) => this.#values[key]).find((value) => value !== undefined && value !== null)
  }

  /** @throws WoolgatherError model-unreadable where it is none, or absent without a `usual` value */
  number(keys: readonly string[], usual?: number): number {
    const value = this.value(...keys) ?? usual
    if (typeof value === 'number' && Number.isFinite(value)) return value
    const said = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}, not a number`
    throw this.wrong(`“${keys[0]}” ${said}`)
  }

  /** A size or count, from 1 on. @throws WoolgatherError model-unreadable */
  count(keys: readonly string[], usual?: number): number {
    const value = this.number(keys, usual)
    if (Number.isInteger(value) && value >= 1 && value <= mostOf) return value
    throw this.wrong(`“${keys[0]}” is ${value}, not a number from 1 to ${mostOf}`)
  }

  wrong(reason: string): Error {
    return unreadable({ name: this.#name }, reason, 'Take the config.json that the model was published with.')
  }
}

const schema = z.looseObject({
  architectures: z.array(z.string()).nullish(),
  text_config: z.record(z.string(), z.unknown()).nullish(),
  quantization_config: z.looseObject({ quant_method: z.string().nullish() }).nullish(),
})

/** @throws WoolgatherError model-unreadable; model-unsupported where it is of another family, naming that */
export async function readConfig(files: CheckpointFiles): Promise<CheckpointConfig> {
  const name = inFolder(files.folder, 'config.json')
  const config = await readFileOf(files, 'config.json', schema)
  if (config === undefined) {
    throw unreadable(
      { name },
      'there is no such file',
      'A model is a folder with config.json and its weights.',
    )
  }
  const text = config.text_config ?? {}
  const named = (text['architectures'] as readonly string[] | undefined)?.[0] ?? config.architectures?.[0]
  const architecture = classes.get(named ?? '')
  if (architecture === undefined) {
    throw unsupported(
      files.folder,
      named === undefined ? 'a model whose config.json names no architecture' : `a ${named} model`,
      `Models of these kinds are: ${[...classes.keys()].join(', ')}. Convert others with llama.cpp’s convert_hf_to_gguf.py, or look for a GGUF of it.`,
    )
  }
  const { quantization_config: quantised } = { ...config, ...(text as typeof config) }
  if (quantised) {
    throw unsupported(
      files.folder,
      `quantised already (${quantised.quant_method ?? 'quantization_config'})`,
      'Take the model that it was made from, and choose a type here.',
    )
  }
  return new CheckpointConfig(name, architecture, { ...config, ...text })
}
