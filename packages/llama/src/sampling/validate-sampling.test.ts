import { expect, test } from 'vitest'
import type { SamplingSettings } from '../contract/interface.ts'
import { defaultSampling } from './defaults.ts'
import { validateSampling, validateSeed } from './validate-sampling.ts'

const validate = (settings: SamplingSettings): unknown => validateSampling(settings, 100)

test('what is absent or undefined gets llama.cpp’s default', () => {
  expect(validate({})).toEqual(defaultSampling)
  expect(validate({ topK: undefined, minP: 0.2 })).toEqual({ ...defaultSampling, minP: 0.2 })
})

test.each<[SamplingSettings, string]>([
  [{ temperature: -0.1 }, 'temperature is -0.1; it must be a number from 0 up'],
  [{ temperature: Number.NaN }, 'temperature is NaN; it must be a number from 0 up'],
  [{ temperature: Infinity }, 'temperature is Infinity; it must be a number from 0 up'],
  [{ topK: 1.5 }, 'topK is 1.5; it must be a whole number from 0 up'],
  [{ topP: 1.01 }, 'topP is 1.01; it must be a number from 0 to 1'],
  [{ minP: -1 }, 'minP is -1; it must be a number from 0 to 1'],
  [{ typicalP: 0 }, 'typicalP is 0; it must be a number above 0 to 1'],
  [{ xtcProbability: 2 }, 'xtcProbability is 2; it must be a number from 0 to 1'],
  [{ repeatPenalty: 0 }, 'repeatPenalty is 0; it must be a number from 0.000001 to 1000000'],
  [{ penaltyLastN: -2 }, 'penaltyLastN is -2; it must be a whole number from -1 up'],
  [{ adaptiveDecay: 1 }, 'adaptiveDecay is 1; it must be a number from 0 to 0.99'],
  [{ mirostat: 3 as 2 }, 'mirostat is 3; it must be a whole number from 0 to 2'],
  [{ temperature: '1' as never }, 'temperature is "1"; it must be a number from 0 up'],
  [
    { samplers: ['topk' as never] },
    'samplers is "topk"; it must be one of penalties, dry, top_n_sigma, top_k, typical_p, top_p, min_p, xtc, ' +
      'temperature, adaptive_p, infill',
  ],
  [
    { samplers: ['top_k', 'top_k'] },
    'samplers is top_k,top_k; it must be a list that names each sampler once',
  ],
  [{ drySequenceBreakers: [''] }, 'drySequenceBreakers is ; it must be a list of texts that are not empty'],
  [
    { logitBias: [{ token: 100, bias: 1 }] },
    'logitBias[0].token is 100; it must be a whole number from 0 to 99',
  ],
  [
    { logitBias: [{ token: 1, bias: Infinity }] },
    'logitBias[0].bias is Infinity; it must be a number from -1000000 to 1000000',
  ],
  [{ grammar: '' }, 'grammar is ""; it must be GBNF text'],
])('%o is refused: %s', (settings, message) => {
  expect(() => validate(settings)).toThrow(
    expect.objectContaining({ code: 'invalid-sampling', message: `${message}.` }),
  )
})

test('a bias of minus infinity is how a token is forbidden', () => {
  const logitBias = [{ token: 5, bias: -Infinity }]
  expect(validate({ logitBias })).toEqual({ ...defaultSampling, logitBias })
})

test('seeds are whole numbers of 32 bits', () => {
  expect(() => [0, 2 ** 32 - 1].forEach(validateSeed)).not.toThrow()
  for (const seed of [-1, 2 ** 32, 0.5, Number.NaN]) {
    expect(() => validateSeed(seed)).toThrow(
      `seed is ${seed}; it must be a whole number from 0 to 4294967295`,
    )
  }
})
