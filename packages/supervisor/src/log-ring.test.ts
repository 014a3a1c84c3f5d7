import { expect, test } from 'vitest'
import { createLogRing } from './log-ring.ts'

test('keeps the last lines, joined across chunks, the unfinished one too', () => {
  const ring = createLogRing(3)
  for (const chunk of ['one\ntw', 'o\r\n\nthree\nfo', 'ur\nfi', 've']) ring.write(chunk)
  expect(ring.lines()).toEqual(['three', 'four', 'five'])
})

test('passes on every whole line, and cuts what never ends', () => {
  const lines: string[] = []
  const ring = createLogRing(2, (line) => lines.push(line))
  ring.write('first\nsecond\n')
  for (let i = 0; i < 100; i++) ring.write('x'.repeat(1_000))
  expect(lines).toEqual(['first', 'second'])
  expect(ring.lines().at(-1)).toHaveLength(2_000)
})
