import { expect, test } from 'vitest'
import type { Workflow } from '../document/document.ts'
import { renameModel } from './rename-model.ts'

test('a model that was saved under another name has it wherever the workflow names it, and nowhere else', () => {
  const naming = (file: string, windows: string): Workflow => ({
    format: 'woolgather',
    version: 1,
    name: 'one',
    nodes: {
      model: { type: 'loading/model', inputs: { file, contextSize: 512 } },
      windows: { type: 'loading/model', inputs: { file: windows } },
      axis: { type: 'matrix/axis', inputs: { values: `other.gguf, ${file},a/b.gguf.bak\n${file}` } },
      list: { type: 'matrix/each', inputs: { list: ['other.gguf', file] } },
      muted: { type: 'loading/model', mode: 'mute' },
    },
    subgraphs: { s: { name: 's', inputs: [], outputs: [], nodes: { m: { type: 'x/y', inputs: { file } } } } },
    requires: { models: [{ file, bytes: 3 }, { file: 'other.gguf' }] },
  })
  const change = { from: 'a/b.gguf', to: 'a/b-2.gguf' }
  expect(renameModel(naming('a/b.gguf', 'a\\b.gguf'), change, new Map())).toEqual(
    naming('a/b-2.gguf', 'a/b-2.gguf'),
  )
})
