import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { createModelLister } from './list-models.ts'
import { encodeHeader } from './testing/encode-header.ts'

const model = encodeHeader(
  {
    'general.architecture': 'llama',
    'general.name': 'Storyteller',
    'general.file_type': 15,
    'tokenizer.ggml.tokens': ['a', 'b', 'c'],
  },
  { 'token_embd.weight': [4, 3], 'blk.0.attn_q.weight': [4, 4] },
)

function createFolder(files: Record<string, Buffer>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-gguf-'))
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), bytes)
  }
  return folder
}

describe('listing model files', () => {
  test('tells models, LoRAs and control vectors apart by their headers', async () => {
    const folder = createFolder({
      'demo/story.gguf': model,
      'demo/pirate.lora.gguf': encodeHeader({ 'general.architecture': 'llama', 'general.type': 'adapter' }),
      'mood.gguf': encodeHeader({ 'general.architecture': 'controlvector' }),
      'notes.txt': Buffer.from('not a model'),
    })
    const { files, unreadable } = await createModelLister([folder, path.join(folder, 'absent')])()
    expect(unreadable).toEqual([])
    expect(files).toMatchObject([
      { file: 'demo/pirate.lora.gguf', kind: 'lora' },
      {
        file: 'demo/story.gguf',
        kind: 'model',
        bytes: model.length,
        architecture: 'llama',
        quantization: 'Q4_K_M',
        parameters: 28,
        name: 'Storyteller',
      },
      { file: 'mood.gguf', kind: 'vector' },
    ])
  })

  test('tells what a file says that it is for, in one line of bounded length', async () => {
    const described = (text: string): Buffer =>
      encodeHeader({ 'general.architecture': 'llama', 'general.description': text })
    const folder = createFolder({
      'a.gguf': described('No topic asked:\n  animals. '),
      'b.gguf': described(`${'word '.repeat(100_000)}`),
      'c.gguf': described(' \n'),
    })
    const { files } = await createModelLister([folder])()
    expect(files[0]?.description).toBe('No topic asked: animals.')
    expect(files[1]?.description).toMatch(/^(word ){39}word…$/)
    expect(files[2]).not.toHaveProperty('description')
  })

  test('names broken files instead of failing', async () => {
    const folder = createFolder({
      'garbage.gguf': Buffer.from('this is no model, whatever its name says'),
      'cut.gguf': model.subarray(0, 100),
      'empty.gguf': Buffer.alloc(0),
      'huge.gguf': Buffer.concat([model.subarray(0, 16), Buffer.alloc(8, 0x7f), model.subarray(24)]),
    })
    const { files, unreadable } = await createModelLister([folder])()
    expect(files).toEqual([])
    expect(unreadable).toEqual([
      { file: 'cut.gguf', message: 'It ends in the middle of its header.' },
      { file: 'empty.gguf', message: 'The file is empty.' },
      { file: 'garbage.gguf', message: 'It is not a GGUF file.' },
      {
        file: 'huge.gguf',
        message: 'Its header tells of 9187201950435738000 metadata entries, more than can be in the file.',
      },
    ])
  })

  test('takes the first part of a split model, and no link that leads out of the folder, which is said', async () => {
    const outside = createFolder({ 'secret.gguf': model })
    const folder = createFolder({ 'big-00001-of-00002.gguf': model, 'big-00002-of-00002.gguf': model })
    symlinkSync(path.join(outside, 'secret.gguf'), path.join(folder, 'secret.gguf'))
    symlinkSync(path.join(folder, 'big-00001-of-00002.gguf'), path.join(folder, 'alias.gguf'))
    const { files, unreadable } = await createModelLister([folder])()
    expect(files.map(({ file }) => file)).toEqual(['alias.gguf', 'big-00001-of-00002.gguf'])
    expect(unreadable).toEqual([
      { file: 'secret.gguf', message: expect.stringContaining('--models') as string },
    ])
  })

  test('sees that a file has changed', async () => {
    const folder = createFolder({ 'a.gguf': Buffer.from('still being copied here') })
    const list = createModelLister([folder])
    expect((await list()).files).toEqual([])
    writeFileSync(path.join(folder, 'a.gguf'), model)
    expect((await list()).files).toMatchObject([{ file: 'a.gguf', name: 'Storyteller' }])
  })
})
