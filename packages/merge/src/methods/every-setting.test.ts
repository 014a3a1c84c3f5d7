import { expect, test } from 'vitest'
import type { ParameterDefinition, ParameterValues } from '../method/parameters.ts'
import type { MethodDefinition } from '../method/method.ts'
import { mergeArrays } from '../start-merge.ts'
import { randomValues } from '../testing/random-values.ts'
import { methodNames, methods, type MethodName } from './index.ts'

const rows = 8
const columns = 64
const base = randomValues(1, rows * columns)
const models = [2, 3, 4].map((seed) => {
  const change = randomValues(seed, rows * columns, 0.01)
  // Some elements all models change, some only one of them.
  return base.map((value, i) => (i % 4 === 0 || i % 4 === seed - 1 ? value + change[i]! : value))
})

interface Setting {
  method: MethodName
  side: 'shared' | 'perModel'
  name: string
}

const settings: Setting[] = methodNames.flatMap((method) =>
  (['shared', 'perModel'] as const).flatMap((side) =>
    Object.entries<ParameterDefinition>(methods[method][side])
      .filter(([, definition]) => definition.type !== 'flag' || !definition.ignored)
      .map(([name]) => ({ method, side, name })),
  ),
)

type Values = Record<Setting['side'], ParameterValues>

/** Values that one may set: others than the default, near it and far from it. */
function valuesOf(definition: ParameterDefinition): (number | boolean)[] {
  if (definition.type === 'flag') return [!definition.default]
  const { min = -Infinity, max = Infinity } = definition
  const values = [0, 0.001, 0.1, 0.3, 0.5, 1, 2, 3]
  return values.filter((value) => value >= min && value <= max && value !== definition.default)
}

/** Where a setting may have an effect: by itself, and where others drop, weigh or leave things. */
const surroundings: Readonly<Record<string, number | boolean>>[] = [
  {},
  { weight: 0.3, nuslerp_flatten: false, tol: 0 },
  { density: 0.3, gamma: 0.1, select_topk: 0.4 },
  { density: 0.3, rescale: false, normalize: false, weight: 0.7 },
]

function mergeWith(method: MethodName, { shared, perModel }: Values, seed = 5): number[] | undefined {
  const { base: needed, models: takes }: MethodDefinition = methods[method]
  const count = Math.min(3, takes.max ?? 3)
  const inputs = { name: 'blk.0.attn_q.weight', rows, columns, models: ['a', 'b', 'c'].slice(0, count) }
  const withBase = needed !== 'unused'
  // The first model alone has the setting: the same for all would be none where weights are normalised.
  const own = inputs.models.map((_, index) => (index === 0 ? perModel : {}))
  try {
    const given = { method, shared, models: own, seed }
    const origin = withBase ? base : undefined
    return [
      ...mergeArrays(given, { ...inputs, ...(withBase && { base: 'base' }) }, models.slice(0, count), origin),
    ]
  } catch {
    return undefined
  }
}

/** What a method takes of some values, with one for each setting that must be given. */
function around(method: MethodName, values: Readonly<Record<string, number | boolean>>): Values {
  const of = (side: Setting['side']): ParameterValues => {
    const known: MethodDefinition['shared'] = methods[method][side]
    return Object.fromEntries(
      Object.entries(known).flatMap(([name, definition]) => {
        const needed = definition.type === 'number' && definition.default === undefined
        const value = values[name] ?? (needed ? 0.3 : undefined)
        return value === undefined ? [] : [[name, value]]
      }),
    )
  }
  return { shared: of('shared'), perModel: of('perModel') }
}

function hasEffect({ method, side, name }: Setting): boolean {
  const { [name]: definition }: MethodDefinition['shared'] = methods[method][side]
  return surroundings.some((values) => {
    const without = around(method, values)
    const plain = mergeWith(method, without)
    return valuesOf(definition!).some((value) => {
      const changed = mergeWith(method, { ...without, [side]: { ...without[side], [name]: value } })
      return plain !== undefined && changed !== undefined && changed.some((other, i) => other !== plain[i])
    })
  })
}

test.each(settings)('$name of $method alone changes what comes out', (setting) => {
  expect(hasEffect(setting)).toBe(true)
})

test.each(methodNames)('a seed changes what %s makes exactly where it says that it draws', (method) => {
  const { random }: MethodDefinition = methods[method]
  const settings = around(method, { density: 0.3 })
  expect(mergeWith(method, settings, 5)).toBeDefined()
  expect(mergeWith(method, settings, 6)?.join() !== mergeWith(method, settings, 5)?.join()).toBe(
    random === true,
  )
})
