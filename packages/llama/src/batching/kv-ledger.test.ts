import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commonPrefix, KvLedger } from './kv-ledger.ts'

test('cells that two sequences share count once, and are free when both have let go', () => {
  const ledger = new KvLedger(100, 3)
  const [a, b] = ledger.slots as [(typeof ledger.slots)[0], (typeof ledger.slots)[0]]
  ledger.append(a, [1, 2, 3, 4])
  ledger.share(a, b, 3)
  ledger.append(b, [9])
  expect([ledger.free, b.tokens]).toEqual([95, [1, 2, 3, 9]])
  ledger.truncate(a, 0)
  expect([ledger.free, ledger.reclaimable(new Set([b]))]).toEqual([96, 4])
  ledger.truncate(b, 2)
  expect([ledger.free, b.tokens]).toEqual([98, [1, 2]])
})

test('only what all holders would give up is reclaimable', () => {
  const ledger = new KvLedger(100, 3)
  const [a, b] = ledger.slots as [(typeof ledger.slots)[0], (typeof ledger.slots)[0]]
  ledger.append(a, [1, 2, 3, 4])
  ledger.share(a, b, 2)
  expect(ledger.reclaimable(new Set([a]))).toBe(2)
  expect(ledger.reclaimable(new Set([a, b]))).toBe(4)
})

type Operation =
  | { kind: 'append'; slot: number; tokens: number[] }
  | { kind: 'share'; from: number; to: number; part: number }
  | { kind: 'truncate'; slot: number; part: number }

const slot = fc.nat({ max: 3 })
const part = fc.double({ min: 0, max: 1, noNaN: true })
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), slot, tokens: fc.array(fc.nat(9), { maxLength: 6 }) }),
  fc.record({ kind: fc.constant('share' as const), from: slot, to: slot, part }),
  fc.record({ kind: fc.constant('truncate' as const), slot, part }),
)

test('any history leaves what a cache of single cells would hold', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
      const ledger = new KvLedger(1000, 4)
      // The model: each slot is a list of cells, a cell is an object of its own.
      const cells: { token: number }[][] = [[], [], [], []]
      for (const step of operations) apply(step, ledger, cells)
      const used = new Set(cells.flat()).size
      const half = new Set([0, 1])
      const outside = new Set(cells.filter((_, index) => !half.has(index)).flat())
      const inside = new Set([...cells[0]!, ...cells[1]!].filter((cell) => !outside.has(cell)))
      expect(ledger.free).toBe(1000 - used)
      expect(ledger.slots.map(({ tokens }) => tokens)).toEqual(
        cells.map((row) => row.map(({ token }) => token)),
      )
      expect(ledger.reclaimable(new Set(ledger.slots.slice(0, 2)))).toBe(inside.size)
    }),
    { numRuns: 500 },
  )
})

function apply(step: Operation, ledger: KvLedger, cells: { token: number }[][]): void {
  if (step.kind === 'append') {
    ledger.append(ledger.slots[step.slot]!, step.tokens)
    cells[step.slot]!.push(...step.tokens.map((token) => ({ token })))
    return
  }
  if (step.kind === 'truncate') {
    const length = Math.floor(step.part * cells[step.slot]!.length)
    ledger.truncate(ledger.slots[step.slot]!, length)
    cells[step.slot]!.length = length
    return
  }
  if (step.from === step.to) return
  const length = Math.floor(step.part * cells[step.from]!.length)
  ledger.truncate(ledger.slots[step.to]!, 0)
  ledger.share(ledger.slots[step.from]!, ledger.slots[step.to]!, length)
  cells[step.to] = cells[step.from]!.slice(0, length)
}

test('the common prefix ends where the lists differ or one ends', () => {
  expect([commonPrefix([1, 2, 3], [1, 2, 4]), commonPrefix([1], [1, 2]), commonPrefix([], [1])]).toEqual([
    2, 1, 0,
  ])
})
