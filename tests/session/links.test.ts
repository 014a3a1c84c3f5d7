import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { deflateRawSync } from 'node:zlib'
import type { Workflow } from '@woolgather/workflow'
import { describe, expect, test } from 'vitest'
import { addressesIn } from '../../apps/editor/src/document/addresses-in.ts'
import { isOnThisComputer } from '../../apps/editor/src/session/files/share-workflow.ts'
import {
  mostLinkCharacters,
  packWorkflow,
  unpackWorkflow,
} from '../../apps/editor/src/session/files/workflow-link.ts'
import { root } from '../scratch.ts'

const workflow: Workflow = {
  format: 'woolgather',
  version: 1,
  name: 'Müller 😀 & <b> #%',
  nodes: { text: { type: 'text/text', inputs: { text: 'x'.repeat(50_000) } } },
}

const holding = (text: string): string => `#workflow=${deflateRawSync(text).toString('base64url')}`

describe('a link that holds a workflow', () => {
  test('gives it back, also where a program wrote its letters by their numbers', async () => {
    const hash = await packWorkflow(workflow)
    expect(hash).toMatch(/^#workflow=[\w-]+$/)
    expect(await unpackWorkflow(hash)).toEqual({ workflow })
    expect(await unpackWorkflow(hash.replaceAll('-', '%2D').replaceAll('_', '%5F'))).toEqual({ workflow })
  })

  test('has room for every example', async () => {
    const folder = path.join(root, 'workflows')
    const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
    const examples = files.map(
      (file) => JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Workflow,
    )
    const longest = Math.max(...(await Promise.all(examples.map(packWorkflow))).map(({ length }) => length))
    expect(longest).toBeLessThan(mostLinkCharacters)
  })

  test.each([
    ['is cut', async () => (await packWorkflow(workflow)).slice(0, -4), 'invalid-workflow'],
    ['is empty', () => '#workflow=', 'invalid-workflow'],
    ['holds something else', () => holding('{"format":"other"}'), 'invalid-workflow'],
    ['holds no JSON', () => holding('nonsense'), 'invalid-json'],
    ['has letters that no link has', () => '#workflow=%E0%A4%A', 'invalid-workflow'],
    ['is longer than a link', () => `#workflow=${'a'.repeat(100_001)}`, 'file-too-large'],
    ['unpacks to more than is read', () => holding('x'.repeat(50_000_000)), 'file-too-large'],
    ['is nested without end', () => holding('['.repeat(2_000_000)), 'invalid-workflow'],
  ])('that %s is refused', async (_, make, code) => {
    const { issue } = await unpackWorkflow(await make())
    expect(issue?.code).toBe(code)
  })
})

test('addresses that a workflow names are found wherever they stand in it', () => {
  const named: Workflow = {
    ...workflow,
    nodes: {
      chat: { type: 'api/chat', inputs: { url: 'https://a.example/v1', list: [{ deep: 'hf:b/c:d' }] } },
      inner: { type: 'subgraph/x' },
      text: { type: 'text/text', inputs: { text: 'See (http://e.example/f), or not.' } },
    },
    subgraphs: {
      x: {
        name: 'x',
        inputs: [],
        outputs: [],
        nodes: { m: { type: 'a/b', inputs: { file: 'hf:g/h/i.gguf' } } },
      },
    },
    requires: { models: [{ file: 'x.gguf', source: 'https://j.example/x.gguf' }, { file: 'y.gguf' }] },
  }
  expect(addressesIn(named)).toEqual([
    'https://a.example/v1',
    'hf:b/c:d',
    'http://e.example/f',
    'hf:g/h/i.gguf',
    'https://j.example/x.gguf',
  ])
})

test.each([
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['localhost', true],
  ['wool.localhost', true],
  ['[::1]', true],
  ['192.168.1.5', false],
  ['127.0.0.1.example.com', false],
  ['localhost.example.com', false],
])('whether %s is only this computer: %s', (hostname, alone) => {
  expect(isOnThisComputer(hostname)).toBe(alone)
})
