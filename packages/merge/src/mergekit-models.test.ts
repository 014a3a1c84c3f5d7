import { describe, expect, test } from 'vitest'
import { planLayers } from './planning/plan-layers.ts'
import { depthOf, resolveFirst, type ParameterSetting } from './planning/resolve-parameter.ts'
import { mergeArrays, type MergeSettings } from './start-merge.ts'
import { inLayer, placeOf } from './planning/tensor-names.ts'
import { fixturePath, largestDifference } from './testing/fixtures.ts'
import { readSafetensors, type StoredTensor } from './testing/safetensors.ts'

type Model = Map<string, StoredTensor>

const read = (name: string): Model =>
  readSafetensors(fixturePath(`mergekit_models/${name}/model.safetensors`))
const inputs = { a: read('a'), base: read('base'), c: read('c') }
type ModelName = keyof typeof inputs

const layers = 4

/** Merges every tensor of the four-layer models with settings that may depend on its name. */
function mergeModels(
  models: readonly ModelName[],
  base: ModelName | undefined,
  settings: (name: string, depth: number) => MergeSettings,
): Map<string, Float32Array> {
  return new Map(
    [...inputs.a.keys()].map((name) => {
      const { shape } = inputs.a.get(name)!
      const columns = shape.at(-1)!
      const rows = shape.length === 1 ? 1 : shape[0]!
      const merged = mergeArrays(
        settings(name, depthOf(placeOf(name).layer, layers)),
        { name, rows, columns, models, ...(base && { base }) },
        models.map((model) => inputs[model].get(name)!.values),
        base && inputs[base].get(name)!.values,
      )
      return [name, merged]
    }),
  )
}

function expectModel(merged: ReadonlyMap<string, Float32Array>, reference: Model): void {
  expect([...merged.keys()].toSorted()).toEqual([...reference.keys()].toSorted())
  const differences = [...merged].map(([name, values]) => [
    name,
    largestDifference(values, reference.get(name)!.values),
  ])
  expect(differences.filter(([, difference]) => !(Number(difference) <= 1e-6))).toEqual([])
}

const attentionUp = [0, 0.5, 0.3, 0.7, 1]
const mlpDown = [1, 0.5, 0.7, 0.3, 0]

describe('mergekit’s results on whole models (configs beside the fixtures)', () => {
  test('out_linear: two weights', () => {
    const merged = mergeModels(['a', 'c'], undefined, () => ({
      method: 'linear',
      models: [{ weight: 0.6 }, { weight: 0.3 }],
    }))
    expectModel(merged, read('out_linear'))
  })

  test('out_slerp_gradient_filter: t by depth, other for attention and MLP', () => {
    const setting: ParameterSetting = [
      { filter: 'self_attn', value: attentionUp },
      { filter: 'mlp', value: mlpDown },
      { value: 0.5 },
    ]
    const merged = mergeModels(['c'], 'a', (name, depth) => ({
      method: 'slerp',
      shared: { t: resolveFirst([setting], depth, [name])! },
    }))
    expectModel(merged, read('out_slerp_gradient_filter'))
  })

  test('out_ties: weights as gradient and by filter', () => {
    const weights: ParameterSetting[] = [
      [0, 0.3, 0.7, 1],
      [{ filter: 'mlp', value: 0.5 }, { value: 0.2 }],
    ]
    const merged = mergeModels(['a', 'c'], 'base', (name, depth) => ({
      method: 'ties',
      shared: { normalize: true },
      models: [0.5, 0.33].map((density, index) => ({
        density,
        weight: resolveFirst([weights[index]], depth, [name])!,
      })),
    }))
    expectModel(merged, read('out_ties'))
  })

  test('out_frankenmerge: layers of two models stacked', () => {
    const plan = planLayers(
      [{ sources: [{ model: 'a', from: 0, to: 3 }] }, { sources: [{ model: 'c', from: 1, to: 4 }] }],
      new Map([
        ['a', layers],
        ['c', layers],
      ]),
    )
    const merged = new Map<string, Float32Array>()
    const take = (model: string, name: string, target: string): void => {
      const values = inputs[model as ModelName].get(name)!.values
      const size = { name, rows: 1, columns: values.length }
      merged.set(target, mergeArrays({ method: 'passthrough' }, { ...size, models: [model] }, [values]))
    }
    const names = [...inputs.a.keys()]
    for (const [index, { sources }] of plan.entries()) {
      const { model, layer } = sources[0]!
      for (const name of names.filter((own) => placeOf(own).layer === layer))
        take(model, name, inLayer(name, index))
    }
    const reference = read('out_frankenmerge')
    // What lies before and after the layers comes with the first and the last slice.
    take('a', 'model.embed_tokens.weight', 'model.embed_tokens.weight')
    for (const name of ['model.norm.weight', 'lm_head.weight']) take('c', name, name)
    expectModel(merged, reference)
  })
})
