import { z } from 'zod'
import { readJson, unreadable, type NamedFile } from '../format/read-json.ts'
import { unsupported } from '../format/unsupported.ts'

/** What `adapter_config.json` says that decides what an adapter does. */
export interface PeftConfig {
  rank: number
  alpha: number
  /** B · A counts α / √rank, not α / rank. */
  isRankStabilised: boolean
  /** By parts of module names. */
  ranks: Readonly<Record<string, number>>
  alphas: Readonly<Record<string, number>>
  /** The model it was trained on, as its author called it: a hint for people. */
  base: string | undefined
}

const patternSchema = z.record(z.string(), z.number()).nullish()

const configSchema = z.looseObject({
  peft_type: z.string(),
  r: z.int().positive('a rank is at least 1'),
  lora_alpha: z.number(),
  use_rslora: z.boolean().nullish(),
  rank_pattern: patternSchema,
  alpha_pattern: patternSchema,
  base_model_name_or_path: z.string().nullish(),
  use_dora: z.boolean().nullish(),
  use_qalora: z.boolean().nullish(),
  layer_replication: z.array(z.unknown()).nullish(),
  alora_invocation_tokens: z.array(z.unknown()).nullish(),
  init_lora_weights: z.unknown().optional(),
})

/** Ways to begin that take the adapter's first values out of the base: it fits that changed base only. */
const changesBase = /^(pissa|olora|corda|loftq|lora_ga|milora)/i

/** @throws WoolgatherError model-unreadable where there is none, or it says something else; model-unsupported by name */
export async function readPeftConfig(file: NamedFile): Promise<PeftConfig> {
  const config = await readJson(file, configSchema)
  if (config === undefined) {
    throw unreadable(
      file,
      'there is no such file',
      'A PEFT adapter is a folder with adapter_config.json and adapter_model.safetensors.',
    )
  }
  refuseOthers(file, config)
  return {
    rank: config.r,
    alpha: config.lora_alpha,
    isRankStabilised: config.use_rslora === true,
    ranks: config.rank_pattern ?? {},
    alphas: config.alpha_pattern ?? {},
    base: config.base_model_name_or_path ?? undefined,
  }
}

function refuseOthers(file: NamedFile, config: z.infer<typeof configSchema>): void {
  const merge = 'Merge it into its model with PEFT, and load that as a checkpoint.'
  const start = config.init_lora_weights
  const kinds: [boolean, string, string][] = [
    [config.peft_type !== 'LORA', `an adapter of the kind ${config.peft_type}`, merge],
    [config.use_dora === true, 'a DoRA adapter (use_dora), which scales whole weights', merge],
    [config.use_qalora === true, 'a QA-LoRA adapter (use_qalora)', merge],
    [
      Boolean(config.layer_replication?.length),
      'for a model with repeated layers (layer_replication)',
      merge,
    ],
    [
      Boolean(config.alora_invocation_tokens?.length),
      'an activated LoRA (alora_invocation_tokens), which counts from certain tokens on',
      'Take a plain LoRA.',
    ],
    [
      typeof start === 'string' && changesBase.test(start),
      `for a base that its training changed first (init_lora_weights: ${String(start)})`,
      'Convert it with PEFT’s path_initial_model_for_weight_conversion, or merge it into its model and load that as a checkpoint.',
    ],
  ]
  const found = kinds.find(([is]) => is)
  if (found) throw unsupported(file.name, found[1], found[2])
}
