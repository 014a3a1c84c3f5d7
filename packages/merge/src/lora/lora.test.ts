import { describe, expect, test } from 'vitest'
import { MergeError } from '../errors/merge-error.ts'
import { seededMasks } from '../kernels/random.ts'
import { largestDifference, readFixture, type FixtureTensor } from '../testing/fixtures.ts'
import { randomValues } from '../testing/random-values.ts'
import { combineToRank, concatenate } from './combine-exactly.ts'
import { combineAsPeft, peftKinds, type WeightedLora } from './combine-peft.ts'
import { extractLora } from './extract.ts'
import { addLora, deltaOf, loraScale, type LoraFactors, type ScaledLora } from './lora.ts'
import { mergeTaskTensors, type TaskMerge } from './merge-task-tensors.ts'
import { loraMethodNamed } from './methods.ts'

const floats = ({ data }: FixtureTensor): Float32Array => Float32Array.from(data)

describe('PEFT’s merge_utils', () => {
  interface Case {
    id: string
    weights: number[]
    args: { density?: number; majority_sign_method?: 'total' | 'frequency' }
    inputs: FixtureTensor[]
    output: FixtureTensor
    masks?: FixtureTensor[]
  }
  const { cases } = readFixture<{ cases: Case[] }>('peft_merge_utils')
  const kinds: Record<string, TaskMerge> = { ...peftKinds, task_arithmetic: peftKinds.linear }

  test.each(cases)('$id', ({ id, weights, args, inputs, output, masks = [] }) => {
    const kind = kinds[id.replace(/-.*/, '')]!
    const merge: TaskMerge = { ...kind, ...args, majority: args.majority_sign_method ?? 'total' }
    const merged = mergeTaskTensors(
      inputs.map(floats),
      weights,
      merge,
      (model, offset, count, keep, mask) => {
        expect(keep).toBe(args.density)
        for (let i = 0; i < count; i++) mask[i] = masks[model]!.data[offset + i]!
      },
    )
    expect(largestDifference(merged, output.data)).toBeLessThanOrEqual(1e-6)
  })
})

describe('PEFT’s add_weighted_adapter', () => {
  interface Adapter {
    A: FixtureTensor
    B: FixtureTensor
    scaling: number
    r: number
    alpha: number
  }
  interface Case {
    adapters: string[]
    weights: number[]
    combination_type: string
    svd_rank?: number
    density?: number
    r: number
    delta: FixtureTensor
  }
  const fixture = readFixture<{ adapters: Record<string, Adapter>; cases: Case[] }>(
    'peft_add_weighted_adapter',
  )

  const loadAdapter = (name: string, weight: number): WeightedLora => {
    const { A, B, r, alpha } = fixture.adapters[name]!
    const factors = { rows: B.shape[0]!, columns: A.shape[1]!, rank: r, a: floats(A), b: floats(B) }
    return { factors, scale: loraScale(alpha, r), weight }
  }

  const combine = (reference: Case): LoraFactors => {
    const adapters = reference.adapters.map((name, i) => loadAdapter(name, reference.weights[i]!))
    const { combination_type: type, density = 1, svd_rank: rank = 0 } = reference
    const settings = { target: { rank }, density, majority: 'total', draw: seededMasks(0, 'lora') } as const
    return loraMethodNamed(type).combine(adapters, settings)
  }

  test.each(fixture.cases)('$combination_type of $adapters', (reference) => {
    const factors = combine(reference)
    expect(factors.rank).toBe(reference.r)
    const tolerance = reference.combination_type.includes('svd') ? 1e-4 : 1e-6
    expect(largestDifference(deltaOf({ factors, scale: 1 }), reference.delta.data)).toBeLessThanOrEqual(
      tolerance,
    )
  })
})

describe('extraction', () => {
  interface Case {
    delta: FixtureTensor
    rank: number
    BA: FixtureTensor
    singular_values: number[]
    fro_err: number
  }
  const cases = readFixture<Case[]>('lora_extract')

  test.each(cases)('of rank $rank is the reference’s product', ({ delta, rank, BA }) => {
    const [rows, columns] = delta.shape as [number, number]
    const base = new Float32Array(rows * columns)
    const factors = extractLora({ name: 'w', rows, columns, tuned: floats(delta), base }, { rank })
    expect(factors.rank).toBe(rank)
    expect(largestDifference(deltaOf({ factors, scale: 1 }), BA.data)).toBeLessThanOrEqual(1e-4)
  })

  const rows = 40
  const columns = 64
  const base = randomValues(1, rows * columns)
  const change = randomValues(2, rows * columns, 0.01)
  const tuned = base.map((value, i) => value + change[i]!)
  const tensor = { name: 'w', rows, columns, tuned, base }

  test.each([
    [rows, columns],
    [columns, rows],
  ])('of full rank, baked into the base, returns the fine-tune (%d × %d)', (height, width) => {
    // prettier-ignore
    const factors = extractLora({ ...tensor, rows: height, columns: width }, { rank: 1000 })
    const baked = base.slice()
    addLora(baked, 0, [{ factors, scale: loraScale(factors.rank, factors.rank) }])
    expect(largestDifference(baked, tuned)).toBeLessThanOrEqual(1e-7)
  })

  test('by energy keeps the smallest rank that holds it', () => {
    const cut = cases[0]!
    const [height, width] = cut.delta.shape as [number, number]
    const origin = new Float32Array(height * width)
    const energies = cut.singular_values.map((value) => value ** 2)
    const total = energies.reduce((sum, value) => sum + value, 0)
    const rankFor = (energy: number): number =>
      extractLora(
        { name: 'w', rows: height, columns: width, tuned: floats(cut.delta), base: origin },
        { energy },
      ).rank
    const share = (count: number): number =>
      energies.slice(0, count).reduce((sum, value) => sum + value, 0) / total
    expect([1, 2, 4].map((count) => rankFor(share(count) - 1e-6))).toEqual([1, 2, 4])
    expect([1, 2, 4].map((count) => rankFor(share(count) + 1e-6))).toEqual([2, 3, 5])
    expect(rankFor(1)).toBe(6)
  })

  test('of a model that was not changed has rank 0', () => {
    expect(extractLora({ ...tensor, tuned: base }, { rank: 8 }).rank).toBe(0)
    expect(extractLora({ ...tensor, tuned: base }, { energy: 0.9 }).rank).toBe(0)
  })

  test('finds a planted low rank in a matrix too large to decompose whole', () => {
    const [height, width, rank] = [400, 600, 6]
    const planted: LoraFactors = {
      rows: height,
      columns: width,
      rank,
      a: randomValues(3, rank * width),
      b: randomValues(4, height * rank),
    }
    const delta = deltaOf({ factors: planted, scale: 1 })
    const large = {
      name: 'w',
      rows: height,
      columns: width,
      tuned: delta,
      base: new Float32Array(delta.length),
    }
    for (const target of [{ rank: 20 }, { energy: 0.999_999 }]) {
      const factors = extractLora(large, target)
      expect(factors.rank).toBe(rank)
      expect(largestDifference(deltaOf({ factors, scale: 1 }), delta)).toBeLessThanOrEqual(1e-6)
    }
  })

  test('of a large matrix without structure is within a hundredth of the best of its rank', () => {
    const [height, width, rank] = [300, 320, 24]
    const values = randomValues(5, height * width)
    const noise = {
      name: 'w',
      rows: height,
      columns: width,
      tuned: values,
      base: new Float32Array(values.length),
    }
    const error = (factors: LoraFactors): number => {
      const delta = deltaOf({ factors, scale: 1 })
      return Math.sqrt(delta.reduce((sum, value, i) => sum + (value - values[i]!) ** 2, 0))
    }
    const whole = extractLora(noise, { rank: 300 })
    // The leading part of the whole decomposition is the best there is.
    const best = cutRanks(whole, rank)
    expect(error(extractLora(noise, { rank })) / error(best)).toBeLessThan(1.01)
  })

  test.each([[{ rank: 0 }], [{ rank: 1.5 }], [{ energy: 0 }], [{ energy: 1.1 }]])(
    '%j is refused',
    (target) => {
      expect(() => extractLora(tensor, target)).toThrow(MergeError)
    },
  )

  test('NaN is refused, and tensors of other sizes', () => {
    expect(() => extractLora({ ...tensor, tuned: tuned.map(() => NaN) }, { rank: 1 })).toThrow(
      'w holds NaN or infinity in the fine-tune or its base',
    )
    expect(() => extractLora({ ...tensor, rows: rows + 1 }, { rank: 1 })).toThrow(
      'w has 2560 elements in the fine-tune and 2560 in the base, not 41 × 64',
    )
  })

  function cutRanks({ rows: height, columns: width, rank, a, b }: LoraFactors, kept: number): LoraFactors {
    const narrow = new Float32Array(height * kept)
    for (let row = 0; row < height; row++) {
      narrow.set(b.subarray(row * rank, row * rank + kept), row * kept)
    }
    return { rows: height, columns: width, rank: kept, a: a.slice(0, kept * width), b: narrow }
  }
})

describe('combining and baking', () => {
  const adapter = (seed: number, rank: number): LoraFactors => ({
    rows: 24,
    columns: 36,
    rank,
    a: randomValues(seed, rank * 36),
    b: randomValues(seed + 1, 24 * rank),
  })
  const several: ScaledLora[] = [
    { factors: adapter(1, 4), scale: 0.5 },
    { factors: adapter(5, 7), scale: -2 },
    { factors: adapter(9, 1), scale: 1 },
  ]

  test('adapters one after another, as one, and at the rank of their sum change the weights alike', () => {
    const weights = randomValues(20, 24 * 36)
    const bake = (adapters: readonly ScaledLora[]): Float32Array => {
      const baked = weights.slice()
      addLora(baked, 0, adapters)
      return baked
    }
    const separately = bake(several)
    expect(largestDifference(bake([{ factors: concatenate(several), scale: 1 }]), separately)).toBeLessThan(
      1e-7,
    )
    const truncated = combineToRank(several, { rank: 12 })
    expect(truncated.rank).toBe(12)
    expect(largestDifference(bake([{ factors: truncated, scale: 1 }]), separately)).toBeLessThan(1e-7)
    expect(combineToRank(several, { energy: 1 }).rank).toBe(12)
  })

  test('rows can be baked in any portions', () => {
    const weights = randomValues(20, 24 * 36)
    const whole = weights.slice()
    addLora(whole, 0, several)
    for (const [from, to] of [[0, 5], [5, 6], [6, 24]] as const) addLora(weights.subarray(from * 36, to * 36), from, several) // prettier-ignore
    expect(weights).toEqual(whole)
  })

  test('PEFT’s linear of one adapter is that adapter, also with a negative weight', () => {
    const [first] = several
    for (const weight of [0.8, -0.8]) {
      const factors = combineAsPeft([{ ...first!, weight }], { method: 'linear' })
      const wanted = deltaOf({ factors: first!.factors, scale: first!.scale * weight })
      expect(largestDifference(deltaOf({ factors, scale: 1 }), wanted)).toBeLessThan(1e-8)
    }
  })

  test('a negative weight turns PEFT’s A, which the cross terms show; of embeddings that is the other factor', () => {
    const factors = (a: number[], b: number[]): LoraFactors => ({ rows: 2, columns: 2, rank: 1, a: Float32Array.from(a), b: Float32Array.from(b) }) // prettier-ignore
    const two = [factors([1, 2], [2, 1]), factors([3, -1], [-1, 4])].map((own, i) => ({
      factors: own,
      scale: 1,
      weight: [0.7, -0.4][i]!,
    }))
    const [plus, minus] = [Math.sqrt(0.7), Math.sqrt(0.4)]
    for (const [isEmbedding, sign] of [
      [false, -1],
      [true, 1],
    ] as const) {
      // prettier-ignore
      for (const method of ['linear', 'dare_linear', 'magnitude_prune'] as const) {
        const { a, b } = combineAsPeft(two, { method, density: 1, isEmbedding })
        const wanted = [
          [plus + sign * 3 * minus, 2 * plus - sign * minus],
          [2 * plus + sign * minus, plus - sign * 4 * minus],
        ]
        expect(largestDifference(a, wanted[0]!)).toBeLessThan(1e-6)
        expect(largestDifference(b, wanted[1]!)).toBeLessThan(1e-6)
      }
    }
  })

  test('PEFT’s linear of two adapters has cross terms, the exact sum has none', () => {
    const two: WeightedLora[] = [1, 5].map((seed) => ({ factors: adapter(seed, 4), scale: 1, weight: 1 }))
    const exact = deltaOf({ factors: concatenate(two), scale: 1 })
    const crossed = deltaOf({ factors: combineAsPeft(two, { method: 'linear' }), scale: 1 })
    const parts = two.map(deltaOf)
    expect(
      largestDifference(
        exact,
        parts[0]!.map((value, i) => value + parts[1]![i]!),
      ),
    ).toBeLessThan(1e-8)
    expect(largestDifference(crossed, exact)).toBeGreaterThan(0.1 * Math.max(...exact))
  })

  test('adapters that do not fit are refused', () => {
    const [first] = several
    const other = { factors: { ...adapter(1, 4), rows: 12, b: randomValues(2, 48) }, scale: 1 }
    expect(() => concatenate([first!, other])).toThrow('Adapters for 24 × 36 and 12 × 36 cannot be combined')
    const mixed = several.map((scaled) => ({ ...scaled, weight: 1 }))
    expect(() => combineAsPeft(mixed, { method: 'linear' })).toThrow(
      'Adapters of ranks 4, 7, 1 cannot be combined',
    )
    expect(() => addLora(new Float32Array(36), 24, several)).toThrow('does not fit rows of 36')
    expect(() => concatenate([])).toThrow(MergeError)
  })

  test('llama.cpp’s scale', () => {
    expect([loraScale(16, 8), loraScale(16, 8, 0.5), loraScale(0, 8, 0.5)]).toEqual([2, 1, 0.5])
  })
})
