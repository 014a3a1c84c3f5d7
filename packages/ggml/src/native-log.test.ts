import { expect, test } from 'vitest'
import { NativeLog } from './native-log.ts'

test('lines are put together from the parts they are logged in', () => {
  const log = new NativeLog()
  for (const part of ['load', 'ing: ', 'done\nnext', ' line\n\n', 'open']) log.write(part)
  expect(log.last()).toEqual(['loading: done', 'next line', 'open'])
})

test('only the last 200 lines are kept, however much is logged', () => {
  const log = new NativeLog()
  for (let line = 0; line < 1000; line++) log.write(`line ${line}\n`)
  expect(log.last()).toHaveLength(200)
  expect(log.last(2)).toEqual(['line 998', 'line 999'])
})

test('clearing forgets half a line too', () => {
  const log = new NativeLog()
  log.write('before\nhalf')
  log.clear()
  log.write('after\n')
  expect(log.last()).toEqual(['after'])
})
