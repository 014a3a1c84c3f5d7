import { describe, expect, test } from 'vitest'
import { agreeOnSize, cropMatrix } from './agree-size.ts'
import { planChunks } from './plan-chunks.ts'
import { planLayers } from './plan-layers.ts'
import { filterNames, inLayer, isVocabularyTensor, placeOf } from './tensor-names.ts'
import { alignRows, isSameVocabulary, planVocabulary } from './vocabulary.ts'

describe('vocabularies', () => {
  const vocabularies = [
    { model: 'a', tokens: ['<s>', 'cat', 'dog'] },
    { model: 'b', tokens: ['<s>', 'dog', 'owl', 'elk'] },
    { model: 'c', tokens: ['<s>', 'elk', 'cat'] },
  ]
  /** Row r of a model holds its letter's number in the first column and r in the second. */
  const readRow = (model: string, row: number): Float32Array => Float32Array.of(model.charCodeAt(0) - 96, row)
  const aligned = (model: string, base?: string): number[][] => {
    const plan = planVocabulary(vocabularies, { union: true }, base)
    const output = new Float32Array(plan.tokens.length * 2)
    alignRows(plan, model, 0, 2, readRow, output)
    return plan.tokens.map((_, i) => [...output.subarray(2 * i, 2 * i + 2)])
  }

  test('a union begins with the base’s tokens', () => {
    expect(planVocabulary(vocabularies, { union: true }).tokens).toEqual(['<s>', 'cat', 'dog', 'owl', 'elk'])
    expect(planVocabulary(vocabularies, { union: true }, 'b').tokens).toEqual([
      '<s>',
      'dog',
      'owl',
      'elk',
      'cat',
    ])
  })

  test('one model’s tokens say where each model has them', () => {
    const { tokens, rows } = planVocabulary(vocabularies, { model: 'c' })
    expect(tokens).toEqual(['<s>', 'elk', 'cat'])
    expect(Object.fromEntries(rows)).toEqual({
      a: Int32Array.of(0, -1, 1),
      b: Int32Array.of(0, 3, -1),
      c: Int32Array.of(0, 1, 2),
    })
  })

  test('a missing row comes from the only owner, the base, or the average', () => {
    // <s>, cat, dog, then owl from b alone, elk from b's row 3 and c's row 1 averaged
    expect(aligned('a')).toEqual([[1, 0], [1, 1], [1, 2], [2, 2], [2.5, 2]]) // prettier-ignore
    // Order <s>, dog, owl, elk, cat: elk from the base b.
    expect(aligned('a', 'b')).toEqual([[1, 0], [1, 2], [2, 2], [2, 3], [1, 1]]) // prettier-ignore
  })

  test('a token that no model has any more is zeros', () => {
    const plan = { tokens: ['new'], rows: new Map([['a', Int32Array.of(-1)]]), base: undefined }
    const output = Float32Array.of(7, 7)
    alignRows(plan, 'a', 0, 2, readRow, output)
    expect(output).toEqual(Float32Array.of(0, 0))
  })

  test('same vocabularies are told from others', () => {
    expect(isSameVocabulary([vocabularies[0]!, { model: 'x', tokens: ['<s>', 'cat', 'dog'] }])).toBe(true)
    expect(isSameVocabulary(vocabularies)).toBe(false)
  })

  test('the tokenizer of a model outside the merge is refused', () => {
    expect(() => planVocabulary(vocabularies, { model: 'd' })).toThrow(
      'The tokenizer of d cannot be used: it takes no part in the merge',
    )
  })
})

describe('layers', () => {
  const counts = new Map([['a', 4], ['c', 6]]) // prettier-ignore

  test('are stacked slice by slice, several models beside each other', () => {
    const slices = [
      { sources: [{ model: 'a', from: 0, to: 2 }] },
      { sources: [{ model: 'a', from: 2, to: 3 }, { model: 'c', from: 5, to: 6 }] },
    ] // prettier-ignore
    expect(planLayers(slices, counts)).toEqual([
      { slice: 0, sources: [{ model: 'a', layer: 0 }] },
      { slice: 0, sources: [{ model: 'a', layer: 1 }] },
      { slice: 1, sources: [{ model: 'a', layer: 2 }, { model: 'c', layer: 5 }] },
    ]) // prettier-ignore
  })

  test.each([
    [[{ model: 'a', from: 3, to: 5 }], 'Slice 1 wants layers 3 to 5 of a, which has 4'],
    [[{ model: 'a', from: 2, to: 2 }], 'Slice 1 wants layers 2 to 2 of a, which has 4'],
    [[{ model: 'x', from: 0, to: 1 }], 'Slice 1 wants layers 0 to 1 of x, which has 0'],
    [
      [
        { model: 'a', from: 0, to: 1 },
        { model: 'c', from: 0, to: 2 },
      ],
      'Slice 1 stacks 1 and 2 layers upon each other; its sources must be of one length',
    ],
  ])('%j is refused', (sources, message) => {
    expect(() => planLayers([{ sources }], counts)).toThrow(message as string)
  })
})

describe('names of tensors', () => {
  test.each([
    ['blk.12.attn_q.weight', 12, 'blk.3.attn_q.weight', 'model.layers.12.self_attn.q_proj.weight'],
    ['blk.0.ffn_down.weight', 0, 'blk.3.ffn_down.weight', 'model.layers.0.mlp.down_proj.weight'],
    ['blk.0.attn_q.bias', 0, 'blk.3.attn_q.bias', 'model.layers.0.self_attn.q_proj.bias'],
    ['token_embd.weight', undefined, 'token_embd.weight', 'model.embed_tokens.weight'],
    ['output.weight', undefined, 'output.weight', 'lm_head.weight'],
  ])('%s', (name, layer, moved, published) => {
    expect([placeOf(name).layer, inLayer(name, 3), filterNames(name)]).toEqual([
      layer,
      moved,
      [name, published],
    ])
  })

  test('those unknown keep their own only', () => {
    expect(filterNames('blk.1.ssm_a')).toEqual(['blk.1.ssm_a'])
  })

  test('embeddings and output head go by tokens', () => {
    const names = ['token_embd.weight', 'output.weight', 'output.bias', 'per_layer_token_embd.weight', 'blk.4.nextn.embed_tokens.weight', 'blk.0.ffn_gate_tid2eid.weight', 'output_norm.weight', 'blk.0.attn_q.weight', 'per_layer_model_proj.weight'] // prettier-ignore
    expect(names.filter(isVocabularyTensor)).toEqual(names.slice(0, 6))
  })
})

describe('sizes', () => {
  const sizes = new Map([
    ['a', { rows: 6, columns: 8 }],
    ['b', { rows: 5, columns: 8 }],
  ])

  test('must agree, except that embeddings share what all have', () => {
    expect(() => agreeOnSize('blk.0.attn_q.weight', sizes)).toThrow(
      'blk.0.attn_q.weight is 6 × 8 in a, 5 × 8 in b',
    )
    expect(agreeOnSize('token_embd.weight', sizes, { common: true })).toEqual({ rows: 5, columns: 8 })
  })

  test('a matrix is cropped to rows and columns', () => {
    const values = Float32Array.of(1, 2, 3, 4, 5, 6)
    expect(cropMatrix(values, { rows: 2, columns: 3 }, { rows: 2, columns: 2 })).toEqual(
      Float32Array.of(1, 2, 4, 5),
    )
    expect(cropMatrix(values, { rows: 2, columns: 3 }, { rows: 1, columns: 3 })).toEqual(
      Float32Array.of(1, 2, 3),
    )
  })

  test('chunks are whole rows within the bytes allowed', () => {
    expect(planChunks({ rows: 10, columns: 100 })).toEqual([{ firstRow: 0, rows: 10 }])
    expect(planChunks({ rows: 10, columns: 100 }, 1600)).toEqual([
      { firstRow: 0, rows: 4 },
      { firstRow: 4, rows: 4 },
      { firstRow: 8, rows: 2 },
    ])
    expect(planChunks({ rows: 2, columns: 100 }, 1)).toEqual([
      { firstRow: 0, rows: 1 },
      { firstRow: 1, rows: 1 },
    ])
  })
})
