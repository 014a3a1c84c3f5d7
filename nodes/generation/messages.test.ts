import { expect, test } from 'vitest'
import { runGraph } from '../testing/run-graph.ts'
import { runNode } from '../testing/run-node.ts'

/*
   first ──► second
*/
test('conversations grow by chaining', async () => {
  const { outputs } = await runGraph({
    first: { type: 'generation/messages', inputs: { system: 'Be brief.', content: 'Hi' } },
    second: {
      type: 'generation/messages',
      inputs: { role: 'assistant', content: 'Hello', system: 'Be kind.' },
      links: { messages: ['first', 'messages'] },
    },
  })
  expect(outputs['second']).toEqual({
    messages: [
      { role: 'system', content: 'Be kind.' },
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
    ],
    last: 'Hello',
  })
})

test('a text over a link is one turn of the user, and turns can be typed', async () => {
  const { outputs } = await runGraph({
    text: { type: 'text/text', inputs: { text: 'Hi' } },
    chat: {
      type: 'generation/messages',
      inputs: { turns: [{ role: 'assistant', content: 'Yes?' }], content: 'Why?' },
      links: { messages: ['text', 'text'] },
    },
  })
  expect(outputs['chat']?.['messages']).toEqual([
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content: 'Yes?' },
    { role: 'user', content: 'Why?' },
  ])
})

test('a role that models do not know is refused', async () => {
  expect(await runNode('generation/messages', { turns: [{ role: 'narrator', content: 'x' }] })).toMatchObject(
    {
      code: 'invalid-input',
      input: 'turns',
    },
  )
})
