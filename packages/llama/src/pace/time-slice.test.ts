import { expect, test } from 'vitest'
import { DecodePace, TimeSlice } from './time-slice.ts'

test('a call is brief where one of at least as many tokens was, lately', () => {
  const pace = new DecodePace()
  expect(pace.isBrief(1)).toBe(false)
  pace.record(4, 3)
  expect([pace.isBrief(4), pace.isBrief(5)]).toEqual([true, false])
})

test('a call that had to wait for a processor does not count against the others, and old ones are forgotten', () => {
  const pace = new DecodePace()
  pace.record(1, 5)
  pace.record(1, 80)
  expect(pace.isBrief(1)).toBe(true)
  for (let call = 0; call < 8; call++) pace.record(1, 20)
  expect(pace.isBrief(1)).toBe(false)
})

test('work that goes on for long lets others in between', async () => {
  const slice = new TimeSlice()
  let turns = 0
  const count = setInterval(() => turns++, 1)
  for (let used = 0; used < 5; await slice.pause()) if (slice.isOver) used++
  clearInterval(count)
  // The first may end between two looks at the timers.
  expect(turns).toBeGreaterThanOrEqual(4)
})
