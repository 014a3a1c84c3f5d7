/** The samplers against transformers' logits processors, on recorded rows of 16 logits; null is −∞. */
import { loadNative, readInts, type Native, type Pointer, type SamplerPointer } from '@woolgather/ggml'
import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { combineLogits } from '../mixing/combine-logits.ts'
import { Candidates } from './candidates.ts'
import { applySequenceBias } from './sequence-bias.ts'

interface Case {
  id: string
  params: Record<string, number> & { bias?: Record<string, number>; bad?: number[][] }
  scores: number[]
  output: (number | null)[]
  before: number[]
  unconditional: number[]
}

const cases = JSON.parse(
  readFileSync(new URL('./fixtures/hf-logits.json', import.meta.url), 'utf8'),
) as Case[]
const named = (...ids: string[]): [string, Case][] =>
  cases.filter(({ id }) => ids.includes(id)).map((one) => [`${one.id} ${JSON.stringify(one.params)}`, one])

let native: Native
beforeAll(async () => {
  native = await loadNative({ gpu: 'cpu' })
})

/** What a native sampler leaves of a row, by token; it is freed. */
function apply(
  sampler: SamplerPointer,
  row: readonly number[],
  before: readonly number[] = [],
): (number | null)[] {
  const { api } = native
  for (const token of before) api.llama_sampler_accept(sampler, token)
  const candidates = Candidates.of(Float32Array.from(row))
  api.llama_sampler_apply(sampler, candidates.struct)
  api.llama_sampler_free(sampler)
  const struct = new DataView(candidates.struct.buffer)
  const count = Number(struct.getBigUint64(8, true))
  const entries = Int32Array.from(readInts(struct.getBigUint64(0, true) as Pointer, 3 * count))
  const logits = new Float32Array(entries.buffer)
  const left = new Map(Array.from({ length: count }, (_, at) => [entries[3 * at]!, logits[3 * at + 1]!]))
  return row.map((_, token) => left.get(token) ?? null)
}

const close = (row: readonly (number | null)[]): unknown[] =>
  row.map((value) => (value === null ? null : (expect.closeTo(value, 4) as unknown)))

const samplers: Record<string, (params: Case['params']) => SamplerPointer> = {
  temperature: ({ t }) => native.api.llama_sampler_init_temp(t!),
  top_k: ({ k }) => native.api.llama_sampler_init_top_k(k!),
  top_p: ({ p }) => native.api.llama_sampler_init_top_p(p!, 0),
  min_p: ({ p }) => native.api.llama_sampler_init_min_p(p!, 0),
  typical: ({ p }) => native.api.llama_sampler_init_typical(p!, 0),
  repetition_penalty: ({ penalty }) => native.api.llama_sampler_init_penalties(16, 64, penalty!, 0, 0),
}

test.each(named(...Object.keys(samplers)))('%s is what transformers computes', (_, one) => {
  expect(apply(samplers[one.id]!(one.params), one.scores, one.before)).toEqual(close(one.output))
})

test.each(named('sequence_bias', 'bad_words'))('%s is what transformers computes', (_, one) => {
  const { bias, bad = [] } = one.params
  const biases = [
    ...Object.entries(bias ?? {}).map(([tokens, value]) => ({
      tokens: tokens.split(' ').map(Number),
      bias: value,
    })),
    ...bad.map((tokens) => ({ tokens, bias: -Infinity })),
  ]
  const row = Float32Array.from(one.scores)
  applySequenceBias(row, one.before, biases)
  expect([...row].map((value) => (value === -Infinity ? null : value))).toEqual(close(one.output))
})

test.each(named('cfg'))(
  '%s gives the same probabilities, from raw logits: transformers normalises each row first, which sampling does not see',
  (_, one) => {
    const guidance = one.params['guidance_scale']!
    const row = Float32Array.from(one.scores)
    combineLogits([
      { row, coefficient: guidance },
      { row: Float32Array.from(one.unconditional), coefficient: 1 - guidance },
    ])
    expect(probabilities([...row])).toEqual(close(probabilities(one.output as number[])))
  },
)

test('deliberately not offered, because llama.cpp has no such samplers: epsilon, eta, top-h and no-repeat-ngram (DRY does that)', () => {
  const shown = [...Object.keys(samplers), 'sequence_bias', 'bad_words', 'cfg']
  const left = new Set(cases.map(({ id }) => id).filter((id) => !shown.includes(id)))
  expect([...left].toSorted()).toEqual(['epsilon', 'eta', 'no_repeat_ngram', 'top_h'])
})

function probabilities(logits: readonly number[]): number[] {
  const weights = logits.map((logit) => Math.exp(logit - Math.max(...logits)))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}
