import { expect, test } from 'vitest'
import { setInput } from './set-input.ts'
import { descriptions, workflow } from './testing/descriptions.ts'

const story = {
  type: 'generation/generate',
  inputs: { prompt: 'Hi' },
  links: { model: ['model', 'model'] as [string, string], temperature: ['x', 'y'] as [string, string] },
}
const document = workflow({ story, 'v1.2': { type: 'text/text', inputs: { text: '' } } })

test('numbers are read as numbers, and a link on the input gives way', () => {
  expect(setInput(document, 'story.temperature', '0.7', descriptions).workflow?.nodes['story']).toEqual({
    type: 'generation/generate',
    inputs: { prompt: 'Hi', temperature: 0.7 },
    links: { model: ['model', 'model'] },
  })
})

test('text is taken as it is, even where it looks like a number', () => {
  expect(setInput(document, 'story.prompt', '42', descriptions).workflow?.nodes['story']?.inputs).toEqual({
    prompt: '42',
  })
})

test('ids may contain dots', () => {
  expect(setInput(document, 'v1.2.text', 'x', descriptions).workflow?.nodes['v1.2']?.inputs).toEqual({
    text: 'x',
  })
})

test('the document itself stays as it was', () => {
  setInput(document, 'story.prompt', 'changed', descriptions)
  expect(document.nodes['story']).toEqual(story)
})

test('an unknown node or input names the nearest, a wrong value says what is wrong', () => {
  const issueOf = (path: string, value: string): unknown =>
    setInput(document, path, value, descriptions).issues?.[0]
  expect(issueOf('stroy.prompt', 'x')).toEqual({
    code: 'unknown-node',
    message: 'Cannot set `stroy.prompt`: the workflow has no node `stroy`.',
    hint: 'Write node.input. Did you mean `story`?',
  })
  expect(issueOf('story', 'x')).toMatchObject({
    code: 'unknown-input',
    message: 'Cannot set `story`: it is a node, and none of its inputs is named.',
    hint: 'Write node.input, such as `story.model`.',
  })
  expect(issueOf('story.temprature', '1')).toMatchObject({
    code: 'unknown-input',
    hint: 'Did you mean `temperature`?',
  })
  expect(issueOf('story.temperature', '9')).toMatchObject({
    code: 'invalid-input',
    message: '`story.temperature` must be at most 2, is 9.',
  })
  expect(issueOf('story.temperature', 'hot')).toMatchObject({
    message: '`story.temperature` must be a number, is "hot".',
  })
})
