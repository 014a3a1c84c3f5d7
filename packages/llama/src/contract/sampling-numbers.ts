/** A setting of sampling that is a number. */
export interface SamplingNumber {
  /** llama.cpp's (`common_params_sampling`). */
  default: number
  /** What native code takes. */
  min: number
  max: number
  integer?: true
  /** Excludes the minimum itself. */
  above?: true
  /** What a form offers, where that is less. */
  usual?: { min?: number; max?: number }
}

const int32 = 2 ** 31 - 1
/** Largest 32-bit float, which is what native code holds these in. */
const float = 3.4e38
const share = { min: 0, max: 1 } as const
const tokens = { integer: true, max: int32, usual: { max: 1_000_000 } } as const

/**
 * All settings of sampling that are numbers, in the order that people see. Their types, checks and inputs of nodes
 * follow from this; `sampling/build-chain.ts` applies them. The neutral value of each switches it off.
 */
export const samplingNumbers = {
  /** 0 is greedy. */
  temperature: { default: 0.8, min: 0, max: float, usual: { max: 5 } },
  /** Dynamic temperature: ± range around `temperature`, by entropy to the power `dynatempExponent`. */
  dynatempRange: { default: 0, min: 0, max: float, usual: { max: 5 } },
  dynatempExponent: { default: 1, min: 0, max: float, usual: { max: 10 } },
  topK: { default: 40, min: 0, ...tokens },
  topP: { default: 0.95, ...share },
  minP: { default: 0.05, ...share },
  typicalP: { default: 1, ...share, above: true },
  topNSigma: { default: -1, min: -1, max: float, usual: { max: 100 } },
  xtcProbability: { default: 0, ...share },
  xtcThreshold: { default: 0.1, ...share },
  /** Tokens looked back on by the penalties: 0 none, −1 the whole context. */
  penaltyLastN: { default: 64, min: -1, ...tokens },
  repeatPenalty: { default: 1, min: 1e-6, max: 1e6, usual: { min: 0.01, max: 10 } },
  frequencyPenalty: { default: 0, min: -1e6, max: 1e6, usual: { min: -10, max: 10 } },
  presencePenalty: { default: 0, min: -1e6, max: 1e6, usual: { min: -10, max: 10 } },
  dryMultiplier: { default: 0, min: 0, max: 1e6, usual: { max: 100 } },
  dryBase: { default: 1.75, min: 0, max: 1e6, usual: { max: 10 } },
  dryAllowedLength: { default: 2, min: 0, max: int32, integer: true, usual: { max: 1_000 } },
  /** As `penaltyLastN`. */
  dryPenaltyLastN: { default: 64, min: -1, ...tokens },
  /** 1 or 2, in place of the truncating samplers, as in llama.cpp. */
  mirostat: { default: 0, min: 0, max: 2, integer: true },
  mirostatTau: { default: 5, min: 0, max: float, usual: { max: 100 } },
  mirostatEta: { default: 0.1, ...share },
  /** Adaptive-p: probability aimed at (negative: off), and how slowly the target moves. */
  adaptiveTarget: { default: -1, min: -1, max: 1 },
  adaptiveDecay: { default: 0.9, min: 0, max: 0.99 },
} as const satisfies Record<string, SamplingNumber>

export type SamplingNumberName = keyof typeof samplingNumbers
