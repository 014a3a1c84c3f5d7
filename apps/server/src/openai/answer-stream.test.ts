import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterEach, expect, test, vi } from 'vitest'
import { createStream, type AnswerStream } from './answer-stream.ts'
import { completion } from './formats.ts'

afterEach(() => vi.useRealTimers())

test('while nothing comes, a stream says from the tenth second on that it goes on, and what fails then is told in it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  let stream!: AnswerStream
  const app = express().get('/', (_request, response) => {
    stream = createStream(response, completion, { head: { id: 'x' } })
    vi.advanceTimersByTime(9_999)
    expect(stream.begun).toBe(false)
    vi.advanceTimersByTime(1)
    expect(stream.begun).toBe(true)
    vi.advanceTimersByTime(15_000)
    stream.text(0, 'Once', [])
    vi.advanceTimersByTime(14_999)
    stream.fail({ code: 'node-failed', message: 'No more.' })
    vi.advanceTimersByTime(60_000)
  })
  const server = createServer(app).listen(0)
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const lines = (await answer.text()).split('\n\n')
  server.close()
  expect(lines.map((line) => line.slice(0, 8))).toEqual([': still ', ': still ', 'data: {"', 'data: {"', ''])
  expect(lines[3]).toContain('No more.')
})
