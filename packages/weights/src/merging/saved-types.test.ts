import { tensorTypes, type TensorType } from '@woolgather/ggml'
import { writeGguf, writeRandomLora, writeRandomModel, type GgufTensor } from '@woolgather/ggml/testing'
import { describeModel, ggmlTypes, openGguf, readHeader } from '@woolgather/gguf'
import { outputTypes, type ModelRecipe, type OutputType } from '@woolgather/workflow'
import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { typeName } from '../sources/weights-file.ts'
import { bytesOf, compare } from '../testing/compare-models.ts'
import { file, merge, writeDamaged, openTestMakers, type TestMakers } from '../testing/open-test-makers.ts'
import { type ModelMaker } from './make-model.ts'

let makers: TestMakers
const at = (name: string): string => makers.at(name)
const make = (recipe: ModelRecipe): Promise<string> => makers.make(recipe)
const options = { signal: new AbortController().signal, onProgress: () => {} }

beforeAll(async () => {
  makers = await openTestMakers()
  await writeRandomModel(at('a.gguf'), { type: 'F16' })
  await writeRandomModel(at('b.gguf'), { type: 'F16', seed: 2 })
  await writeRandomModel(at('a-q8.gguf'), { type: 'Q8_0' })
  await writeRandomLora(at('lora.gguf'), { seed: 5, alpha: 8 })
})
afterAll(() => makers[Symbol.asyncDispose]())

describe('saved as another type', () => {
  const save = (type: OutputType, name: string, recipe = file('a.gguf')): ReturnType<ModelMaker['save']> =>
    makers.maker.save(at(name), recipe, { ...options, type, metadata: { 'woolgather.workflow': '{}' } })

  test.each(['F32', 'F16', 'BF16', 'Q8_0', 'Q4_0', 'Q5_0', 'IQ4_NL'] as const)('%s', async (type) => {
    const { notes } = await save(type, `saved-${type}.gguf`)
    const { difference, weight } = await compare(at(`saved-${type}.gguf`), at('a.gguf'))
    const allowed = { F32: 0, F16: 0, BF16: 0.004, Q8_0: 0.005, Q4_0: 0.15, Q5_0: 0.08, IQ4_NL: 0.15 }[type]
    expect(difference).toBeLessThanOrEqual(allowed * weight)
    // the output layer of quantised models is Q6_K where its rows are long enough
    const falls = /^(Q4|Q5|IQ4)/.test(type)
    expect(notes).toEqual(
      falls ? ['1 tensor is Q8_0 in place of Q6_K, as their rows are no multiples of 256'] : [],
    )
  })

  test('K-quants fall back tensor by tensor where rows are no multiples of 256, and it says so', async () => {
    const { notes } = await save('Q4_K_M', 'saved-q4km.gguf')
    expect(notes.toSorted()).toEqual([
      expect.stringMatching(/^\d+ tensors are Q5_0 in place of Q4_K, as their rows are no multiples of 256$/),
      expect.stringMatching(/^\d+ tensors are Q8_0 in place of Q6_K, as their rows are no multiples of 256$/),
    ])
    await writeRandomModel(at('long.gguf'), { type: 'F16', embeddingSize: 256, feedForwardSize: 512 })
    expect(await save('Q4_K_M', 'long-q4km.gguf', file('long.gguf'))).toMatchObject({ notes: [] })
    expect((await compare(at('long-q4km.gguf'), at('long.gguf'))).difference).toBeGreaterThan(0)
  })

  test('its type is what was asked for, whatever some tensors got; kept, it is what it was', async () => {
    const typeOf = async (name: string): Promise<string> =>
      describeModel(await readHeader(at(name))).quantization
    for (const type of outputTypes) {
      if (type === 'auto') continue
      await save(type, 'labelled.gguf')
      expect(await typeOf('labelled.gguf')).toBe(type)
      await save('auto', 'relabelled.gguf', file('labelled.gguf'))
      expect(await typeOf('relabelled.gguf')).toBe(type)
    }
    await save('auto', 'half.gguf', merge('weighted_sum', ['a-q8.gguf', 'b.gguf']))
    expect(await typeOf('half.gguf')).toBe(describeModel(await readHeader(at('b.gguf'))).quantization)
  })

  test('what rounding takes of a baked LoRA is told with its measure, where it is not nearly all there', async () => {
    await save('Q4_0', 'coarse.gguf')
    const bake = async (
      type: OutputType,
      strength: number,
    ): Promise<{ kept: number; error: number } | undefined> => {
      const adapters = [{ file: 'lora.gguf', strength }]
      const { notes } = await save(type, 'baked.gguf', { ...file('coarse.gguf'), adapters })
      const found = /keeps? (\d+)% of what the LoRAs change.* ([\d.]+) times/.exec(notes.join('\n'))
      return found ? { kept: Number(found[1]), error: Number(found[2]) } : undefined
    }
    expect([await bake('F16', 1), await bake('F32', 0.001)]).toEqual([undefined, undefined])
    // A change far below a step of the rounding leaves the weights where they were.
    expect(await bake('auto', 1e-6)).toEqual({ kept: 0, error: 1 })
    expect(await bake('Q4_0', 1e-6)).toEqual({ kept: 0, error: 1 })
    const [fine, coarse] = [await bake('Q8_0', 0.05), await bake('Q4_0', 0.05)]
    expect(coarse!.error).toBeGreaterThan(4 * (fine?.error ?? 0))
  })

  test.each([0, 1e-60])('at strength %s a LoRA bakes nothing', async (strength) => {
    await save('auto', 'none-baked.gguf', { ...file('a.gguf'), adapters: [{ file: 'lora.gguf', strength }] })
    expect(await bytesOf(at('none-baked.gguf'))).toEqual(await bytesOf(at('a.gguf')))
  })

  test('what a bake lost is told of it where it is only used, used again, built upon and saved as a copy', async () => {
    await save('Q4_0', 'coarse.gguf')
    const adapters = [{ file: 'lora.gguf', strength: 1e-6 }]
    const of = (model: ModelRecipe): { model: ModelRecipe; parameters: {} } => ({ model, parameters: {} })
    const baked = merge('passthrough', [], { models: [of({ ...file('coarse.gguf'), adapters })] })
    expect(await makers.maker.notesOf(baked)).toEqual([])
    const lost = [expect.stringContaining('0% of what the LoRAs change')]
    const first = await makers.maker.hold(baked, options)
    first.release()
    expect([first.notes, await makers.maker.notesOf(baked)]).toEqual([lost, lost])
    const again = await makers.maker.hold(baked, options)
    again.release()
    expect([again.path, again.notes]).toEqual([first.path, lost])
    const above = await makers.maker.hold(
      merge('weighted_sum', [], { models: [of(baked), of(file('b.gguf'))] }),
      options,
    )
    above.release()
    expect(above.notes).toEqual(lost)
    expect((await save('auto', 'copied.gguf', baked)).notes).toEqual(lost)
  })

  test('kept as it is, the tensors are the same byte for byte, and it carries what it was given', async () => {
    await save('auto', 'kept.gguf', file('a-q8.gguf'))
    expect(await bytesOf(at('kept.gguf'))).toEqual(await bytesOf(at('a-q8.gguf')))
    await using kept = await openGguf(at('kept.gguf'))
    expect(kept.header.metadata.get('woolgather.workflow')).toBe('{}')
  })

  describe('types that are seldom written', () => {
    /** Tensors of types that ggml reads, and a table of numbers that are no weights. */
    const seldom = (name: string, table: readonly number[] = [3, 1, 4, 1]): void => {
      const fill = (seed: number, type: TensorType, columns: number, rows: number): Uint8Array => {
        const { elements, bytes } = ggmlTypes.get(tensorTypes[type])!
        const block = (index: number): number => (index * 37 + seed) % 256
        const data = Uint8Array.from({ length: ((columns * rows) / elements) * bytes }, (_, index) =>
          block(index),
        )
        // Scales that are numbers.
        for (let at = 0; at < data.length; at += bytes) data.set(type === 'MXFP4' ? [120] : [0, 0x3c], at)
        return data
      }
      const tensor = (part: string, type: TensorType, seed: number): GgufTensor => {
        const data = fill(seed, type, 256, 4)
        return { name: `blk.0.${part}.weight`, type, shape: [256, 4], bytes: data.length, data: () => data }
      }
      const numbers = new Uint8Array(Int32Array.from(table).buffer)
      writeGguf(at(name), { 'general.architecture': { text: 'llama' }, 'llama.block_count': { u32: 1 } }, [
        tensor('ffn_up_exps', 'MXFP4', 1),
        tensor('ffn_gate', 'IQ2_XXS', 2),
        tensor('ffn_down', 'IQ1_S', 3),
        tensor('attn_q', 'Q8_0', 4),
        { name: 'blk.0.ids', type: 'I32', shape: [4], bytes: 16, data: () => numbers },
      ])
    }
    const typesOf = async (name: string): Promise<(string | null)[]> => {
      await using model = await openGguf(at(name))
      return model.tensors.map(typeName)
    }

    test('kept, they are the same byte for byte, and so is what holds no weights', async () => {
      seldom('seldom.gguf')
      const { notes } = await save('auto', 'seldom-kept.gguf', file('seldom.gguf'))
      expect(await bytesOf(at('seldom-kept.gguf'))).toEqual(await bytesOf(at('seldom.gguf')))
      expect(notes).toEqual([])
    })

    test('merged, what only measurements choose well is stored in more bits, and it says so', async () => {
      seldom('seldom.gguf')
      const { notes } = await save(
        'auto',
        'seldom-merged.gguf',
        merge('linear', ['seldom.gguf', 'seldom.gguf']),
      )
      expect(await typesOf('seldom-merged.gguf')).toEqual(['MXFP4', 'Q4_K', 'Q4_K', 'Q8_0', 'I32'])
      const because =
        'which holds only what was trained in it, or chosen by measurements of a text (an importance matrix)'
      expect(notes).toEqual([
        `1 tensor is Q4_K in place of IQ2_XXS, ${because}`,
        `1 tensor is Q4_K in place of IQ1_S, ${because}`,
      ])
      const { difference, weight } = await compare(at('seldom-merged.gguf'), at('seldom.gguf'))
      expect(difference).toBeLessThan(0.1 * weight)
    })

    test('stored as another type, they hold what they held', async () => {
      seldom('seldom.gguf')
      await save('F32', 'seldom-f32.gguf', file('seldom.gguf'))
      expect(await typesOf('seldom-f32.gguf')).toEqual(['F32', 'F32', 'F32', 'F32', 'I32'])
      expect((await compare(at('seldom-f32.gguf'), at('seldom.gguf'))).difference).toBe(0)
    })

    test('what holds no weights, and differs, cannot be merged', async () => {
      seldom('seldom.gguf')
      seldom('other-table.gguf', [2, 7, 1, 8])
      await expect(make(merge('linear', ['seldom.gguf', 'other-table.gguf']))).rejects.toMatchObject({
        code: 'merge-impossible',
        message: 'blk.0.ids is I32, which holds no weights, and differs between these models.',
      })
    })
  })

  test('a model too large for 16 bits is refused by tensor', async () => {
    await writeDamaged(makers, 'a.gguf', 'large.gguf', 'blk.0.ffn_down.weight', 1e6)
    await expect(save('F16', 'saved-large.gguf', file('large.gguf'))).rejects.toMatchObject({
      code: 'merge-impossible',
      message:
        'blk.0.ffn_down.weight holds numbers beyond 65504 when merged, the largest that F16 can store.',
    })
    expect(await readdir(at(''))).not.toContain('saved-large.gguf')
  })
})
