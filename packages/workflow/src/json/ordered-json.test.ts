import fc from 'fast-check'
import { expect, test } from 'vitest'
import { keepOrder, keysOf, parseOrdered } from './ordered-json.ts'

test('keys keep the order they were written in, integers among them, at every depth', () => {
  const text =
    '{"b":{"10":1,"x":[{"z":0,"1":{"a\\\\":"\\"2\\":","0":1}}],"\\u0032":2},"1":"{\\"9\\": 1}","a":3}'
  const value = parseOrdered(text) as { b: { x: object[] } }
  expect(value).toEqual(JSON.parse(text))
  expect(keysOf(value)).toEqual(['b', '1', 'a'])
  expect(keysOf(value.b)).toEqual(['10', 'x', '2'])
  expect(keysOf(value.b.x[0]!)).toEqual(['z', '1'])
})

test('what would lose its order becomes text of the same; all else stays as it is', () => {
  const lost = parseOrdered('[{"type":"object","properties":{"b":{"type":"null"},"1":true,"c":[]}}]')
  const text = keepOrder(lost) as string
  expect(JSON.parse(text)).toEqual(lost)
  expect(text.replaceAll(/\s/g, '')).toBe(
    '[{"type":"object","properties":{"b":{"type":"null"},"1":true,"c":[]}}]',
  )
  for (const kept of [
    '{"1":1,"2":2,"b":3}',
    '{"b":1,"a":2}',
    '["1",{"b":1}]',
    '"1"',
    'null',
    '{"01":1,"-1":2}',
  ]) {
    expect(keepOrder(parseOrdered(kept))).toEqual(JSON.parse(kept))
  }
})

test('any JSON is read as JSON.parse reads it, and its text has it again', () => {
  const key = fc.oneof(fc.constantFrom('1', '0', '10', 'a', '__proto__', '"', '\\', '1"'), fc.string())
  const anything = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue(),
      fc.array(tie('value')),
      fc.array(fc.tuple(key, tie('value'))),
    ),
  })).value
  const write = (value: unknown): string =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((one) => Array.isArray(one) && one.length === 2 && typeof one[0] === 'string')
      ? `{${value.map(([name, inner]) => `${JSON.stringify(name)} :${write(inner)}`).join(',')}}`
      : JSON.stringify(value)
  fc.assert(
    fc.property(anything, (value) => {
      const text = write(value)
      const read = parseOrdered(text)
      expect(read).toEqual(JSON.parse(text))
      const kept = keepOrder(read)
      if (typeof kept === 'string' && typeof read !== 'string') expect(JSON.parse(kept)).toEqual(read)
    }),
    { numRuns: 40 },
  )
})

test('strings and objects of any length are read', () => {
  const text = JSON.stringify({ a: '\n"'.repeat(500_000), 1: '\\'.repeat(500_000) })
  expect(parseOrdered(text)).toEqual(JSON.parse(text))
  const keys = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`${5_000 - index}`, index]))
  expect(keysOf(parseOrdered(JSON.stringify(keys)) as object)).toEqual(Object.keys(keys))
})
