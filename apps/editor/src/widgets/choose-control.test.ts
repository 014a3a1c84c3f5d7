import type { InputDescription, Json, Widget } from '@woolgather/workflow'
import { expect, test } from 'vitest'
import { chooseControl } from './choose-control.ts'

const input = (schema: Json | undefined, widget?: Widget): InputDescription => ({
  name: 'x',
  title: 'X',
  description: '',
  type: 'any',
  required: false,
  ...(schema !== undefined && { schema }),
  ...(widget && { widget }),
})

test('A number with both ends in reach is a slider, and one without is typed', () => {
  expect(chooseControl(input({ type: 'number', minimum: 0, maximum: 2 }))).toEqual({
    kind: 'slider',
    integer: false,
    minimum: 0,
    maximum: 2,
    step: 0.01,
  })
  expect(chooseControl(input({ type: 'integer', minimum: 1, maximum: 1_000_000 }))).toEqual({
    kind: 'number',
    integer: true,
    minimum: 1,
    maximum: 1_000_000,
    step: 1,
  })
  const anyInteger = { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 }
  expect(chooseControl(input(anyInteger))).toEqual({ kind: 'number', integer: true, step: 1 })
})

test('Choices are a select, whichever way the schema writes them', () => {
  const options = { kind: 'select', options: ['a', 'b'] }
  expect(chooseControl(input({ type: 'string', enum: ['a', 'b'] }))).toEqual(options)
  expect(chooseControl(input({ anyOf: [{ const: 'a' }, { const: 'b' }] }))).toEqual(options)
})

test('An optional value is edited like the value', () => {
  expect(chooseControl(input({ anyOf: [{ type: 'boolean' }, { type: 'null' }] }))).toEqual({
    kind: 'boolean',
  })
})

test('The widget an input names wins, and an input without a schema has none', () => {
  expect(chooseControl(input({ type: 'string' }, 'textarea'))).toEqual({ kind: 'textarea' })
  expect(chooseControl(input({ type: 'integer', maximum: 99 }, 'seed'))).toEqual({
    kind: 'seed',
    maximum: 99,
  })
  expect(chooseControl(input({ type: 'object' }, 'none'))).toEqual({ kind: 'none' })
  expect(chooseControl(input(undefined))).toEqual({ kind: 'none' })
})

test('Texts in a list are edited one by one, anything else as JSON', () => {
  expect(chooseControl(input({ type: 'array', items: { type: 'string' } }))).toEqual({ kind: 'list' })
  expect(chooseControl(input({ type: 'array', items: { type: 'object' } }))).toEqual({ kind: 'json' })
  expect(chooseControl(input({ type: 'array', items: { type: 'string', enum: ['a'] } }))).toEqual({
    kind: 'json',
  })
  expect(chooseControl(input({}))).toEqual({ kind: 'json' })
})
