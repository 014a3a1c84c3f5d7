import { loadNative } from '@woolgather/ggml'
import type { CApi } from '@woolgather/ggml'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { samplerNames, type SamplingSettings } from '../contract/interface.ts'
import {
  samplingNumbers,
  type SamplingNumber,
  type SamplingNumberName,
} from '../contract/sampling-numbers.ts'
import { loadTestModel, type TestModel } from '../testing/native-model.ts'
import { buildChain, buildGrammar } from './build-chain.ts'
import { validateSampling } from './validate-sampling.ts'

let loaded: TestModel

beforeAll(async () => {
  loaded = await loadTestModel()
})
afterAll(() => loaded[Symbol.asyncDispose]())

/** What native code is asked for with these settings: each call, with its arguments. */
async function callsFor(settings: SamplingSettings): Promise<string[]> {
  const native = await loadNative()
  const calls: string[] = []
  const note = (name: string, args: unknown[]): void => void calls.push(`${name} ${show(args)}`)
  const api = Object.fromEntries(
    Object.entries(native.api).map(([name, call]) => [name, noting(call, (args) => note(name, args))]),
  ) as unknown as CApi
  const { vocabulary } = loaded.model
  const sampling = validateSampling(settings, vocabulary.size)
  const chain = await buildChain(api, { sampling, seed: 1, vocabulary, contextSize: 512 })
  native.api.llama_sampler_free(chain)
  if (sampling.grammar !== undefined) {
    const grammar = await buildGrammar({ ...native, api }, vocabulary, sampling.grammar)
    native.api.llama_sampler_free(grammar)
  }
  // Adding them to the chain tells only where in memory they are.
  return calls.filter((call) => call.startsWith('llama_sampler_init'))
}

/** The same function, called at once or in a thread. */
function noting<Call extends object>(call: Call, note: (args: unknown[]) => void): Call {
  return new Proxy(call, {
    apply(target, self, args: unknown[]) {
      note(args)
      return Reflect.apply(target as unknown as () => unknown, self, args)
    },
    get(target, key) {
      const own: unknown = Reflect.get(target, key)
      return key === 'async' ? noting(own as object, (args) => note(args.slice(0, -1))) : own
    },
  })
}

function show(args: unknown[]): string {
  return JSON.stringify(args, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

/** Where a setting may have an effect: the usual chain, every sampler, both versions of Mirostat. */
const surroundings: SamplingSettings[] = [
  {},
  { samplers: [...samplerNames] },
  { mirostat: 1 },
  { mirostat: 2 },
]

async function changesACall(given: SamplingSettings): Promise<boolean> {
  for (const around of surroundings) {
    const [without, withIt] = [await callsFor(around), await callsFor({ ...around, ...given })]
    if (without.join('\n') !== withIt.join('\n')) return true
  }
  return false
}

const names = Object.keys(samplingNumbers) as SamplingNumberName[]

test.each(names)('%s alone changes what native code is asked for', async (name) => {
  const { default: usual, min, max, integer }: SamplingNumber = samplingNumbers[name]
  const value = integer
    ? usual < max
      ? usual + 1
      : min
    : usual < max
      ? (usual + Math.min(max, usual + 1)) / 2
      : (usual + min) / 2
  expect(await changesACall({ [name]: value })).toBe(true)
})

/** `sequenceBias` alone is ours: `sequence-bias.test.ts`. */
const others: Required<Omit<SamplingSettings, SamplingNumberName | 'sequenceBias'>> = {
  drySequenceBreakers: [';'],
  logitBias: [{ token: 1, bias: 2 }],
  grammar: 'root ::= "a"',
  samplers: ['top_k'],
}

test.each(Object.entries(others))('%s alone, too', async (name, value) => {
  expect(await changesACall({ [name]: value })).toBe(true)
})

test('the same settings ask for the same: what is told apart above is the setting', async () => {
  expect(await callsFor({ topK: 3 })).toEqual(await callsFor({ topK: 3 }))
  expect(await changesACall({ topK: 40 })).toBe(false)
})
