import { quantizeWithLlama } from '@woolgather/ggml/testing'
import { fileTypeNumber, ggmlTypes, openGguf } from '@woolgather/gguf'
import { expect, test } from 'vitest'
import { checkLoads } from './merging/check-loads.ts'
import { compileModelWriter } from './testing/every-architecture.ts'
import { file, merge, openTestMakers } from './testing/open-test-makers.ts'

/** Compiles a program, and takes minutes. */
const isFull = process.env['WOOLGATHER_TEST_FULL'] === '1' && process.platform === 'linux'

test.skipIf(!isFull)(
  'of every architecture, saved types and bytes are llama-quantize’s, and a stack loads or is refused',
  async () => {
    await using makers = await openTestMakers()
    const { maker, at } = makers
    const options = { signal: new AbortController().signal, onProgress: () => {}, metadata: {} }
    const save = (name: string, type: 'F16' | 'Q4_K_M', what = file('model.gguf')): Promise<unknown> =>
      maker.save(at(name), what, { ...options, type })
    const writer = await compileModelWriter(at(''))
    const told: Record<string, string> = {}
    let compared = 0
    for (const architecture of writer.architectures) {
      if (!writer.write(architecture, at('model.gguf'))) continue
      for (const type of ['F16', 'Q4_K_M'] as const) {
        await save('ours.gguf', type)
        const theirs = quantizeWithLlama(at('model.gguf'), at('theirs.gguf'), fileTypeNumber(type)!)
        // Some it does not read itself, as they are.
        if (
          !(await theirs.then(
            () => true,
            () => false,
          ))
        )
          continue
        compared++
        expect([architecture, type, await read(at('ours.gguf'))]).toEqual([
          architecture,
          type,
          await read(at('theirs.gguf')),
        ])
      }
      told[architecture] = await save('stack.gguf', 'F16', stacked).then(
        () => checkLoads(at('stack.gguf')).then(() => 'loads'),
        (error: { code?: string }) => String(error.code),
      )
    }
    expect(Object.keys(told).length).toBeGreaterThan(100)
    expect(compared).toBeGreaterThan(180)
    expect(new Set(Object.values(told))).toEqual(new Set(['loads', 'merge-impossible']))
    expect(told).toMatchObject({ llama: 'loads', jamba: 'loads', lfm2: 'loads', granitehybrid: 'loads' })
  },
)

/** The two layers of the model, twice. */
const stacked = merge('passthrough', ['model.gguf'], {
  slices: [0, 1].map(() => ({ sources: [{ model: 0, from: 0, to: 2 }] })),
})

/** Every tensor's type and bytes. */
async function read(file: string): Promise<Record<string, string>> {
  await using model = await openGguf(file)
  const told: Record<string, string> = {}
  for (const tensor of model.tensors) {
    const bytes = Buffer.from(await model.readRows(tensor, 0, tensor.rows)).toString('base64')
    told[tensor.name] = `${ggmlTypes.get(tensor.type)?.name} ${bytes}`
  }
  return told
}
