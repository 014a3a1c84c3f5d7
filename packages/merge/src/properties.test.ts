import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MergeError } from './errors/merge-error.ts'
import { isMethodName, methods, type MethodName } from './methods/index.ts'
import type { ParameterValues } from './method/parameters.ts'
import { mergeArrays, startMerge, type MergeSettings } from './start-merge.ts'
import type { TensorInputs } from './tensor/tensor-merge.ts'
import { randomValues } from './testing/random-values.ts'

const rows = 24
const columns = 40
const base = randomValues(1, rows * columns)
/** A fine-tune: near the base. */
const tuned = (seed: number): Float32Array => {
  const change = randomValues(seed, rows * columns, 0.01)
  return base.map((value, i) => value + change[i]!)
}
const a = tuned(2)
const b = tuned(3)
const c = tuned(4)

const inputsOf = (count: number, withBase = true): TensorInputs => ({
  name: 'blk.0.attn_q.weight',
  rows,
  columns,
  models: ['a', 'b', 'c'].slice(0, count),
  ...(withBase && { base: 'base' }),
})

/** Settings that make a method do something. */
const shared: Partial<Record<MethodName, ParameterValues>> = {
  slerp: { t: 0.3 },
  nearswap: { t: 0.001 },
  sce: { select_topk: 0.4 },
}
const perModel: Partial<Record<MethodName, ParameterValues>> = {
  ties: { density: 0.4 },
  dare_linear: { density: 0.4 },
  dare_ties: { density: 0.4 },
  breadcrumbs: { density: 0.6, gamma: 0.1 },
  breadcrumbs_ties: { density: 0.6, gamma: 0.1 },
  della: { density: 0.4 },
  della_linear: { density: 0.4 },
}

const names = Object.keys(methods).filter(isMethodName)
const needsBase = names.filter((name) => methods[name].base === 'required')
const settingsOf = (name: MethodName, count: number): MergeSettings => ({
  method: name,
  shared: shared[name] ?? {},
  models: Array.from({ length: count }, () => perModel[name] ?? {}),
})
const countFor = (name: MethodName): number => Math.min(3, methods[name].models.max ?? 3)

describe('a model merged with itself is itself, bit for bit', () => {
  test.each(names)('%s', (name) => {
    const count = countFor(name)
    const withBase = methods[name].base !== 'unused'
    const models = Array.from({ length: count }, () => a)
    const merged = mergeArrays(
      settingsOf(name, count),
      inputsOf(count, withBase),
      models,
      withBase ? a : undefined,
    )
    expect(merged).toEqual(a)
  })
})

describe('models that do not differ from the base leave it as it is, bit for bit', () => {
  test.each(needsBase.filter((name) => name !== 'add_difference'))('%s', (name) => {
    const count = countFor(name)
    const models = Array.from({ length: count }, () => base)
    expect(mergeArrays(settingsOf(name, count), inputsOf(count), models, base)).toEqual(base)
  })

  test('add_difference adds a difference of nothing to model A', () => {
    expect(mergeArrays({ method: 'add_difference' }, inputsOf(2), [a, b], b)).toEqual(a)
  })
})

describe('the ends of an interpolation are the models, bit for bit', () => {
  const merge = (settings: MergeSettings, withBase = true): Float32Array =>
    mergeArrays(
      settings,
      inputsOf(withBase ? 1 : 2, withBase),
      withBase ? [a] : [a, b],
      withBase ? base : undefined,
    )
  test('slerp', () => {
    expect(merge({ method: 'slerp', shared: { t: 0 } })).toEqual(base)
    expect(merge({ method: 'slerp', shared: { t: 1 } })).toEqual(a)
    const far = randomValues(9, rows * columns)
    const apart = (t: number): Float32Array =>
      mergeArrays({ method: 'slerp', shared: { t } }, inputsOf(1), [far], base)
    expect([apart(0), apart(1)]).toEqual([base, far])
  })
  test('weighted sum', () => {
    expect(merge({ method: 'weighted_sum', shared: { multiplier: 0 } }, false)).toEqual(a)
    expect(merge({ method: 'weighted_sum', shared: { multiplier: 1 } }, false)).toEqual(b)
  })
  test('linear and nuslerp by weights', () => {
    for (const method of ['linear', 'nuslerp'] as const) {
      expect(merge({ method, models: [{ weight: 1 }, { weight: 0 }] }, false)).toEqual(a)
      expect(merge({ method, models: [{ weight: 0 }, { weight: 2 }] }, false)).toEqual(b)
    }
  })
  test('nearswap: nothing is near 0, all is near enough', () => {
    expect(merge({ method: 'nearswap', shared: { t: 0 } })).toEqual(base)
    const all = merge({ method: 'nearswap', shared: { t: 1 } })
    expect(Math.max(...all.map((value, i) => Math.abs(value - a[i]!)))).toBeLessThan(1e-8)
  })
})

describe('cutting a tensor into chunks changes no bit', () => {
  test.each(names)('%s', (name) => {
    const count = countFor(name)
    const withBase = methods[name].base !== 'unused'
    const inputs = inputsOf(count, withBase)
    const models = [a, b, c].slice(0, count)
    const whole = mergeArrays(
      { ...settingsOf(name, count), seed: 5 },
      inputs,
      models,
      withBase ? base : undefined,
    )
    const merge = startMerge({ ...settingsOf(name, count), seed: 5 }, inputs)
    const chunks = [0, 7, 8, 23].map((firstRow, index, starts) => {
      const end = starts[index + 1] ?? rows
      const cut = (values: Float32Array): Float32Array => values.slice(firstRow * columns, end * columns)
      return { firstRow, rows: end - firstRow, models: models.map(cut), ...(withBase && { base: cut(base) }) }
    })
    while (merge.scanning) {
      for (const chunk of chunks) merge.scan(chunk)
      merge.endScan()
    }
    const output = new Float32Array(rows * columns)
    for (const chunk of chunks) {
      const start = chunk.firstRow * columns
      merge.write(chunk, output.subarray(start, start + chunk.rows * columns))
    }
    // Sums over chunks are added in another order: all but the last bits agree.
    const difference = Math.max(...output.map((value, i) => Math.abs(value - whole[i]!)))
    expect(difference).toBeLessThanOrEqual(1e-8)
  })
})

describe('what is kept of a difference', () => {
  const big = { name: 'big', rows: 50, columns: 1000, models: ['a'], base: 'base' }
  const zeros = new Float32Array(50_000)
  const change = randomValues(11, 50_000)
  const keptBy = (method: MethodName, model: ParameterValues, seed = 0): Float32Array =>
    mergeArrays({ method, shared: { rescale: false }, models: [model], seed }, big, [change], zeros)
  const count = (values: Float32Array): number =>
    values.reduce((sum, value) => sum + (value === 0 ? 0 : 1), 0)

  /** The elements of the given ranks by magnitude, sorted outright; equal ones in the order they lie in. */
  const keepRanks = (values: Float32Array, from: number, to: number): Float32Array => {
    const order = [...values.keys()].sort((p, q) => Math.abs(values[p]!) - Math.abs(values[q]!) || p - q)
    const kept = new Float32Array(values.length)
    for (const index of order.slice(from, to)) kept[index] = values[index]!
    return kept
  }

  test.each([0.0001, 0.25, 0.5, 0.9])(
    'ties keeps exactly the largest %d of all, also among equal ones',
    (density) => {
      const kept = Math.floor(density * 50_000)
      expect(keptBy('ties', { density })).toEqual(keepRanks(change, 50_000 - kept, 50_000))
      // Adding 0 makes −0 plain.
      const coarse = change.map((value) => Math.round(value * 50) / 50 + 0)
      const merged = mergeArrays({ method: 'ties', models: [{ density }] }, big, [coarse], zeros)
      expect(merged).toEqual(keepRanks(coarse, 50_000 - kept, 50_000))
    },
  )

  test('breadcrumbs drops the largest and the smallest, also among equal ones', () => {
    const merged = keptBy('breadcrumbs', { density: 0.5, gamma: 0.1 })
    expect(merged).toEqual(keepRanks(change, 20_000, 45_000))
    const coarse = change.map((value) => Math.round(value * 10) / 10 + 0)
    const settings: MergeSettings = { method: 'breadcrumbs', models: [{ density: 0.2, gamma: 0.3 }] }
    expect(mergeArrays(settings, big, [coarse], zeros)).toEqual(keepRanks(coarse, 25_000, 35_000))
  })

  test('ties sums and divides alike for few models and for many', () => {
    const many = Array.from({ length: 9 }, (_, i) => randomValues(30 + i, 50_000))
    const weights = [1, -0.5, 2, 0.3, 0.7, 1, 1, 0.2, 0.4]
    const names = many.map((_, i) => `m${i}`)
    const merged = mergeArrays(
      { method: 'ties', models: weights.map((weight) => ({ weight })) },
      { ...big, models: names },
      many,
      zeros,
    )
    const wanted = merged.map((_, i) => {
      const terms = many.map((values, m) => Math.fround(weights[m]! * values[i]!))
      const sign = terms.reduce((sum, term) => sum + term, 0) >= 0 ? 1 : -1
      const agreeing = terms.flatMap((term, m) => (term * sign > 0 ? [m] : []))
      const divisor = agreeing.reduce((sum, m) => sum + weights[m]!, 0)
      return agreeing.reduce((sum, m) => sum + terms[m]!, 0) / (divisor === 0 ? 1 : divisor)
    })
    expect(Math.max(...merged.map((value, i) => Math.abs(value - wanted[i]!)))).toBeLessThan(1e-7)
    const few = mergeArrays({ method: 'ties' }, { ...big, models: ['a', 'b'] }, [many[0]!, many[2]!], zeros)
    const silent = Array.from({ length: 9 }, (_, i) => (i === 0 ? many[0]! : i === 1 ? many[2]! : zeros))
    expect(mergeArrays({ method: 'ties' }, { ...big, models: names }, silent, zeros)).toEqual(few)
  })

  test('breadcrumbs with gamma 0 keeps the largest (mergekit drops everything there: its fault)', () => {
    const merged = keptBy('breadcrumbs', { density: 0.5, gamma: 0 })
    const ties = keptBy('ties', { density: 0.5 })
    expect(merged).toEqual(ties)
    expect(count(merged)).toBe(25_000)
  })

  test('dare keeps about its density, differently for every seed, tensor and model', () => {
    const kept = keptBy('dare_linear', { density: 0.3 })
    expect(Math.abs(count(kept) / 50_000 - 0.3)).toBeLessThan(0.01)
    expect(keptBy('dare_linear', { density: 0.3 })).toEqual(kept)
    expect(keptBy('dare_linear', { density: 0.3 }, 1)).not.toEqual(kept)
    const renamed = mergeArrays(
      { method: 'dare_linear', shared: { rescale: false }, models: [{ density: 0.3 }] },
      { ...big, name: 'other' },
      [change],
      zeros,
    )
    expect(renamed).not.toEqual(kept)
    // Independent masks of two models: both keep an element with probability 0.3².
    const two = mergeArrays(
      { method: 'dare_linear', shared: { rescale: false }, models: [{ density: 0.3 }, { density: 0.3 }] },
      { ...big, models: ['a', 'b'] },
      [zeros.map(() => 1), zeros.map(() => 2)],
      zeros,
    )
    const both = two.reduce((sum, value) => sum + (value === 3 ? 1 : 0), 0)
    expect(Math.abs(both / 50_000 - 0.09)).toBeLessThan(0.01)
  })

  test('dare rescales to the sum of magnitudes, or by 1 / density where asked', () => {
    const sum = (values: Float32Array): number => values.reduce((total, value) => total + Math.abs(value), 0)
    const rescaled = (byDensity: boolean): Float32Array =>
      mergeArrays(
        { method: 'dare_linear', shared: { rescale_by_density: byDensity }, models: [{ density: 0.25 }] },
        big,
        [change],
        zeros,
      )
    expect(sum(rescaled(false)) / sum(change)).toBeCloseTo(1, 5)
    const plain = keptBy('dare_linear', { density: 0.25 })
    expect(rescaled(true)).toEqual(plain.map((value) => value * 4))
  })

  test('della keeps large elements of a row more often than small ones', () => {
    const kept = keptBy('della_linear', { density: 0.5, epsilon: 0.4 })
    const shares = [0, 0]
    for (let row = 0; row < 50; row++) {
      const magnitudes = change.subarray(row * 1000, (row + 1) * 1000).map(Math.abs)
      const middle = magnitudes.toSorted()[500]!
      for (const [i, magnitude] of magnitudes.entries()) {
        if (kept[row * 1000 + i] !== 0) shares[magnitude >= middle ? 1 : 0]!++
      }
    }
    expect(shares.map((share) => share / 25_000)).toEqual([expect.closeTo(0.3, 1), expect.closeTo(0.7, 1)])
  })

  test('sce changes the share of the elements that vary most', () => {
    const pair = { ...big, models: ['a', 'b'] }
    const other = randomValues(12, 50_000)
    const merged = mergeArrays({ method: 'sce', shared: { select_topk: 0.2 } }, pair, [change, other], zeros)
    const spread = change.map((value, i) => Math.abs(value - other[i]!))
    const bound = spread.toSorted()[40_000]!
    const wrong = merged.filter((value, i) => (value !== 0) !== spread[i]! >= bound)
    // Variances are rounded to 32 bits before they are ranked.
    expect(wrong.length).toBeLessThanOrEqual(4)
  })
})

describe('bad input is refused, naming what is wrong', () => {
  const refuse = (
    settings: MergeSettings,
    inputs: TensorInputs,
    models: Float32Array[],
    origin?: Float32Array,
  ): unknown => {
    try {
      mergeArrays(settings, inputs, models, origin)
      return undefined
    } catch (error) {
      return error instanceof MergeError ? { code: error.code, message: error.message } : error
    }
  }

  test.each(names)('NaN and infinity in an input of %s', (name) => {
    const count = countFor(name)
    const withBase = methods[name].base !== 'unused'
    for (const bad of [NaN, Infinity, -Infinity]) {
      const models = [a, b, c].slice(0, count)
      const damaged = models[count - 1]!.slice()
      damaged[5 * columns + 3] = bad
      const outcome = refuse(
        settingsOf(name, count),
        inputsOf(count, withBase),
        [...models.slice(0, -1), damaged],
        withBase ? base : undefined,
      )
      const model = inputsOf(count).models.at(-1)
      expect(outcome).toEqual({
        code: 'merge-not-finite',
        message: `blk.0.attn_q.weight of ${model} holds ${bad} (row 5, column 3)`,
      })
    }
  })

  test.each(needsBase)('NaN in the base of %s', (name) => {
    const damaged = base.slice()
    damaged[0] = NaN
    const count = countFor(name)
    expect(refuse(settingsOf(name, count), inputsOf(count), [a, b, c].slice(0, count), damaged)).toEqual({
      code: 'merge-not-finite',
      message: 'blk.0.attn_q.weight of base holds NaN (row 0, column 0)',
    })
  })

  test.each<[MergeSettings, number, boolean, string, string]>([
    [
      { method: 'linear', models: [{ weight: 1 }, { weight: -1 }] },
      2,
      false,
      'merge-zero-weights',
      'The weights for blk.0.attn_q.weight (1, -1) add up to nothing',
    ],
    [
      { method: 'multislerp', models: [{ weight: 1 }, { weight: -1 }] },
      2,
      false,
      'merge-zero-weights',
      'The weights for blk.0.attn_q.weight (1, -1) add up to nothing',
    ],
    [
      { method: 'ties', models: [{ density: 0 }] },
      1,
      true,
      'merge-parameter',
      'density of ties of a is 0; it must be a number, more than 0 and at most 1',
    ],
    [
      { method: 'dare_ties', models: [{ density: 1.5 }] },
      1,
      true,
      'merge-parameter',
      'density of dare_ties of a is 1.5; it must be a number, more than 0 and at most 1',
    ],
    [
      { method: 'ties', models: [{ weight: NaN }] },
      1,
      true,
      'merge-parameter',
      'weight of ties of a is NaN; it must be a number',
    ],
    [
      { method: 'ties', models: [{ density: 0.0001 }] },
      1,
      true,
      'merge-keeps-nothing',
      'A density of 0.0001 keeps nothing of blk.0.attn_q.weight of a, which has 960 elements',
    ],
    [
      { method: 'della', models: [{ density: 0.9 }] },
      1,
      true,
      'merge-parameter',
      'density 0.9 ± epsilon 0.15 of a must lie between 0 and 1',
    ],
    [
      { method: 'slerp', shared: { t: 1.2 } },
      1,
      true,
      'merge-parameter',
      't of slerp is 1.2; it must be a number, at least 0 and at most 1',
    ],
    [{ method: 'slerp' }, 1, true, 'merge-parameter', 'slerp needs t'],
    [
      { method: 'linear', shared: { lambda: 1 } },
      1,
      false,
      'merge-parameter',
      'linear has no setting lambda',
    ],
    [
      { method: 'ties', shared: { normalize: 1 } },
      1,
      true,
      'merge-parameter',
      'normalize of ties is 1; it must be true or false',
    ],
    [
      { method: 'ties' },
      2,
      false,
      'merge-base-missing',
      'ties needs a base model, and blk.0.attn_q.weight is in none',
    ],
    [
      { method: 'passthrough' },
      2,
      false,
      'merge-models',
      'passthrough takes 1 model; for blk.0.attn_q.weight there are 2',
    ],
    [
      { method: 'model_stock' },
      1,
      true,
      'merge-models',
      'Model stock needs a base and at least two models; for blk.0.attn_q.weight there is one',
    ],
  ])('%j of %d models: %s %s %s', (settings, count, withBase, code, message) => {
    // prettier-ignore
    const outcome = refuse(settings, inputsOf(count, withBase), [a, b].slice(0, count), withBase ? base : undefined)
    expect(outcome).toEqual({ code, message })
  })

  test('models whose directions are opposite have no mean', () => {
    const opposite = a.map((value) => -value)
    expect(refuse({ method: 'karcher' }, inputsOf(2, false), [a, opposite])).toMatchObject({
      code: 'merge-undefined',
    })
    const three = [a, opposite, new Float32Array(a.length)]
    expect(refuse({ method: 'multislerp' }, inputsOf(3, false), three)).toMatchObject({
      code: 'merge-undefined',
    })
  })

  test('a result too large for 32 bits', () => {
    const huge = a.map(() => 3e38)
    const settings: MergeSettings = { method: 'linear', shared: { normalize: false } }
    expect(refuse(settings, inputsOf(2, false), [huge, huge])).toEqual({
      code: 'merge-not-finite',
      message: 'blk.0.attn_q.weight does not fit 32-bit floats when merged',
    })
  })

  test('a tensor that only one model has is copied, where the merge says that others lack it', () => {
    const sole = { ...inputsOf(1, false), absent: 1 }
    for (const method of ['slerp', 'ties', 'model_stock'] as const) {
      expect(mergeArrays({ method, shared: shared[method] ?? {} }, sole, [a])).toEqual(a)
    }
    const soleBase = { ...inputsOf(0), absent: 2 }
    expect(mergeArrays({ method: 'slerp' }, soleBase, [], base)).toEqual(base)
    expect(refuse({ method: 'slerp' }, inputsOf(1, false), [a])).toMatchObject({ code: 'merge-base-missing' })
  })

  test('arrays of another size', () => {
    expect(refuse({ method: 'linear' }, inputsOf(1, false), [a.subarray(1)])).toEqual({
      code: 'merge-shapes-differ',
      message: 'blk.0.attn_q.weight of a has 959 elements, not 24 × 40',
    })
  })
})

test('linear interpolation lies between the models, whatever they hold', () => {
  const values = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(values, values), { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (pairs, share) => {
        const [x, y] = [0, 1].map((end) => Float32Array.from(pairs, (pair) => pair[end]!))
        const inputs = { name: 't', rows: 1, columns: pairs.length, models: ['x', 'y'] }
        const merged = mergeArrays({ method: 'weighted_sum', shared: { multiplier: share } }, inputs, [
          x!,
          y!,
        ])
        expect(
          merged.every((value, i) => value >= Math.min(x![i]!, y![i]!) && value <= Math.max(x![i]!, y![i]!)),
        ).toBe(true)
      },
    ),
  )
})

test.each(['ties', 'breadcrumbs', 'breadcrumbs_ties'])(
  'of a tensor of one number, %s keeps the number at any density, and one of a few',
  (method) => {
    const merge = (density: number, base: number[], model: number[]): number[] => [
      ...mergeArrays(
        { method, models: [{ density, weight: 1 }] },
        { name: 'blk.0.layer_output_scale.weight', rows: 1, columns: base.length, models: ['a'], base: 'b' },
        [Float32Array.from(model)],
        Float32Array.from(base),
      ),
    ]
    expect(merge(0.5, [1], [3])).toEqual([3])
    expect(merge(0.1, [1, 1, 1], [2, 5, 3])).toEqual([1, 5, 1])
  },
)
