import type { InputDescription, Json, NodeDescription, Widget } from '@woolgather/workflow'
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
  expect(chooseControl(input({ type: 'number', minimum: 0, maximum: 2 }), undefined)).toEqual({
    kind: 'slider',
    integer: false,
    minimum: 0,
    maximum: 2,
    step: 0.01,
  })
  expect(chooseControl(input({ type: 'integer', minimum: 1, maximum: 1_000_000 }), undefined)).toEqual({
    kind: 'number',
    integer: true,
    minimum: 1,
    maximum: 1_000_000,
    step: 1,
  })
  const anyInteger = { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 }
  expect(chooseControl(input(anyInteger), undefined)).toEqual({ kind: 'number', integer: true, step: 1 })
})

test('Choices are a select, whichever way the schema writes them', () => {
  const options = { kind: 'select', options: ['a', 'b'], spellings: {} }
  expect(chooseControl(input({ type: 'string', enum: ['a', 'b'] }), undefined)).toEqual(options)
  expect(chooseControl(input({ anyOf: [{ const: 'a' }, { const: 'b' }] }), undefined)).toEqual(options)
})

test('Another way to write a choice is no choice of its own', () => {
  const schema = { type: 'string', enum: ['≥', '>='], spellings: { '>=': '≥' } }
  expect(chooseControl(input(schema), undefined)).toEqual({
    kind: 'select',
    options: ['≥'],
    spellings: { '>=': '≥' },
  })
})

test('More on a choice comes with it', () => {
  const help = { a: 'The first.\nIts setting.' }
  expect(chooseControl(input({ type: 'string', enum: ['a', 'b'], help }), undefined)).toMatchObject({ help })
})

test('An optional value is edited like the value', () => {
  expect(chooseControl(input({ anyOf: [{ type: 'boolean' }, { type: 'null' }] }), undefined)).toEqual({
    kind: 'boolean',
  })
})

test('The widget an input names wins, and an input without a schema has none', () => {
  expect(chooseControl(input({ type: 'string' }, 'textarea'), undefined)).toEqual({ kind: 'textarea' })
  const list = {
    ...input({ anyOf: [{ type: 'array' }, { type: 'string' }] }, 'textarea'),
    type: 'list' as const,
  }
  expect(chooseControl(list, undefined)).toEqual({ kind: 'textarea', lines: true })
  expect(chooseControl(input({ type: 'integer', maximum: 99 }, 'seed'), undefined)).toEqual({
    kind: 'seed',
    maximum: 99,
  })
  expect(chooseControl(input({ type: 'object' }, 'none'), undefined)).toEqual({ kind: 'none' })
  expect(chooseControl(input(undefined), undefined)).toEqual({ kind: 'none' })
})

test('Texts in a list are edited one by one, anything else as JSON', () => {
  expect(chooseControl(input({ type: 'array', items: { type: 'string' } }), undefined)).toEqual({
    kind: 'list',
  })
  expect(chooseControl(input({ type: 'array', items: { type: 'object' } }), undefined)).toEqual({
    kind: 'json',
    loose: false,
  })
  expect(chooseControl(input({ type: 'array', items: { type: 'string', enum: ['a'] } }), undefined)).toEqual({
    kind: 'json',
    loose: false,
  })
  expect(chooseControl(input({}), undefined)).toEqual({ kind: 'json', loose: true })
})

test('A template is a field for words whose gaps are marked', () => {
  expect(chooseControl({ ...input({ type: 'string' }, 'code'), language: 'template' }, undefined)).toEqual({
    kind: 'template',
  })
})

test('A text widget gives way to JSON where the value is no text', () => {
  expect(chooseControl(input({ type: 'object' }, 'code'), undefined)).toEqual({ kind: 'json', loose: true })
})

test('The input that names the other end of a loop is chosen among the loops there are', () => {
  const end: NodeDescription = {
    type: 'loopback/end',
    version: 1,
    title: 'End',
    description: '',
    family: 'loopback',
    inputs: [],
    outputs: [],
    dynamicInputs: { kind: 'zone-slots', from: 'x' },
  }
  expect(chooseControl(input({ type: 'string' }, 'none'), end)).toEqual({ kind: 'zone-start' })
})
