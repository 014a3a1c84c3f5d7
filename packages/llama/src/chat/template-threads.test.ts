import { expect, inject, test } from 'vitest'
import type { Rendering } from './render-template.ts'
import { TemplateThread } from './template-threads.ts'

const rendering: Rendering = {
  messages: [{ role: 'user', content: 'Hi' }],
  addGenerationPrompt: true,
  bosToken: '<s>',
  eosToken: '',
}
/** Threads run built files only. */
const file = new URL('../../dist/chat/template-thread.js', import.meta.url)

test('a thread renders one conversation after the other', async () => {
  const thread = new TemplateThread('{{ bos_token }}{{ messages[0].content }}', file)
  const other = { ...rendering, messages: [{ role: 'user' as const, content: 'Ho' }] }
  expect(await Promise.all([thread.render(rendering), thread.render(other)])).toEqual([
    { text: '<s>Hi' },
    { text: '<s>Ho' },
  ])
  thread.end()
})

test('a thread answers within the turn it is asked in, from the first time on, so that nothing depends on how long it takes', async () => {
  const thread = new TemplateThread('{{ messages[0].content }}', file, { inPlace: inject('patience') })
  let turns = 0
  setImmediate(() => turns++)
  const texts = await Promise.all(Array.from({ length: 5 }, () => thread.render(rendering)))
  expect([turns, texts]).toEqual([0, Array(5).fill({ text: 'Hi' })])
  thread.end()
})

test('the same conversation, asked for by many at once, is rendered once', async () => {
  const thread = new TemplateThread('{{ messages[0].content }}', file)
  const asked = thread.render(rendering)
  expect(thread.render({ ...rendering })).toBe(asked)
  expect(await asked).toEqual({ text: 'Hi' })
  expect(thread.render(rendering)).not.toBe(asked)
  thread.end()
})

test('one that takes too long is ended, refuses what waits behind it, and goes on with what comes after', async () => {
  const stalls = new TemplateThread(`{%-${' '.repeat(200_000)}x`, file, { milliseconds: 200 })
  const other = { ...rendering, addGenerationPrompt: false }
  const both = await Promise.all([stalls.render(rendering), stalls.render(other)])
  const excess = { problem: 'excessive', message: 'it takes more than 0.2 seconds' }
  expect(both).toEqual([excess, excess])
  expect(await stalls.render(rendering)).toEqual(excess)
})
