import { expect, test } from 'vitest'
import { depthOf, resolveFirst, resolveSetting, type ParameterSetting } from './resolve-parameter.ts'
import { readFixture } from '../testing/fixtures.ts'

interface Case {
  setting: ParameterSetting | string
  t: number
  tensor: string
  value: number | string
}

const cases = readFixture<Case[]>('mergekit_gradients')
/** mergekit passes text through for settings of other kinds; the methods here have numbers and flags only. */
const numeric = cases.filter(({ setting }) => typeof setting !== 'string')

test.each(numeric)(
  'mergekit: $setting at depth $t for $tensor is $value',
  ({ setting, t, tensor, value }) => {
    expect(resolveSetting(setting as ParameterSetting, t, [tensor])).toBeCloseTo(value as number, 12)
  },
)

test('of the reference, only the settings that are text are left out', () => {
  expect(cases.length - numeric.length).toBe(4)
})

test('the most specific setting that matches the tensor counts', () => {
  const settings = [undefined, [{ filter: 'mlp', value: 0.1 }], 0.2, 0.3]
  expect(resolveFirst(settings, 0, ['model.layers.0.mlp.up_proj.weight'])).toBe(0.1)
  expect(resolveFirst(settings, 0, ['model.layers.0.self_attn.q_proj.weight'])).toBe(0.2)
  expect(resolveFirst([undefined], 0, ['x'])).toBeUndefined()
})

test('depth runs from the first layer to the last, and tensors outside the layers are at 0', () => {
  expect([0, 1, 2, 3, undefined].map((layer) => depthOf(layer, 4))).toEqual([0, 1 / 3, 2 / 3, 1, 0])
  expect(depthOf(0, 1)).toBe(0)
})
