import { createGguf, ggmlTypeNumber, openGguf, type GgufValue } from '@woolgather/gguf'
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixturePath, largestDifference } from '../packages/merge/src/testing/fixtures.ts'
import { readSafetensors } from '../packages/merge/src/testing/safetensors.ts'
import { woolgather } from './cli.ts'
import { type Scratch } from './scratch.ts'
import { serve } from './server.ts'

let server: Awaited<ReturnType<typeof serve>>
let scratch: Scratch
beforeAll(async () => {
  server = await serve()
  scratch = server.scratch
  await mkdir(scratch.path('models'))
  for (const name of ['a', 'base', 'c']) await convert(name)
})
afterAll(() => server?.[Symbol.asyncDispose]())

const fixture = (name: string, file: string): URL => fixturePath(`mergekit_models/${name}/${file}`)

const parts: Record<string, string> = {
  input_layernorm: 'attn_norm',
  post_attention_layernorm: 'ffn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
}
const outer: Record<string, string> = {
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
  'lm_head.weight': 'output.weight',
}

function ggufName(name: string): string {
  const [, layer = '', part = ''] = /^model\.layers\.(\d+)\.(.+)\.weight$/.exec(name) ?? []
  return outer[name] ?? `blk.${layer}.${parts[part]!}.weight`
}

/** A model of mergekit's test as GGUF, in 32-bit floats. */
async function convert(name: string): Promise<void> {
  const tensors = [...readSafetensors(fixture(name, 'model.safetensors'))]
  const metadata = new Map<string, GgufValue>([
    ['general.architecture', { type: 'text', value: 'llama' }],
    ['llama.block_count', { type: 'u32', value: 4 }],
  ])
  const writer = await createGguf(scratch.path(`models/${name}.gguf`), {
    metadata,
    tensors: tensors.map(([own, { shape }]) => ({
      name: ggufName(own),
      shape: shape.toReversed(),
      type: ggmlTypeNumber('F32')!,
    })),
  })
  for (const [own, { values }] of tensors) {
    await writer.write(ggufName(own), new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  }
  await writer.finish()
}

async function readFloats(file: string): Promise<Map<string, Float32Array>> {
  await using gguf = await openGguf(file)
  const entries: [string, Float32Array][] = []
  for (const tensor of gguf.tensors) {
    const bytes = await gguf.readRows(tensor, 0, tensor.rows)
    entries.push([tensor.name, new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)])
  }
  return new Map(entries)
}

test.each(['out_linear', 'out_slerp_gradient_filter', 'out_ties', 'out_frankenmerge'])(
  'mergekit’s configuration %s makes mergekit’s model, of GGUF files',
  async (name) => {
    const config = await readFile(fixture(name, 'mergekit_config.yml'), 'utf8')
    const nodes = {
      merge: { type: 'merging/mergekit', inputs: { config } },
      save: {
        type: 'output/save-model',
        inputs: { file: `${name}.gguf` },
        links: { model: ['merge', 'model'] },
      },
    }
    const file = await scratch.write(
      'workflow.json',
      JSON.stringify({ format: 'woolgather', version: 1, name, nodes }),
    )
    const { code, stderr } = await woolgather(['run', file, ...server.there])
    expect({ code, stderr }).toMatchObject({ code: 0 })
    const made = await readFloats(scratch.path(path.join('models', `${name}.gguf`)))
    const reference = [...readSafetensors(fixture(name, 'model.safetensors'))].map(([own, { values }]) => [
      ggufName(own),
      values,
    ]) as [string, Float32Array][]
    expect([...made.keys()].toSorted()).toEqual(reference.map(([own]) => own).toSorted())
    const wrong = reference.filter(([own, values]) => !(largestDifference(made.get(own)!, values) <= 1e-6))
    expect(wrong.map(([own]) => own)).toEqual([])
  },
)
