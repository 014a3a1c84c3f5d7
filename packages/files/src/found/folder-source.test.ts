import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { encodeModel } from '@woolgather/gguf/testing/encode-header'
import { openModels, type ModelList } from './open-models.ts'

const model = encodeModel(
  {
    'general.architecture': 'llama',
    'general.name': 'Storyteller',
    'general.file_type': 15,
    'tokenizer.ggml.tokens': ['a', 'b', 'c'],
  },
  { 'token_embd.weight': [4, 3], 'blk.0.attn_q.weight': [4, 4] },
)

const listOf = (...folders: string[]): Promise<ModelList> =>
  openModels({ folders, env: { WOOLGATHER_ELSEWHERE: 'off' } }).list()

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
      'demo/pirate.lora.gguf': encodeModel({ 'general.architecture': 'llama', 'general.type': 'adapter' }),
      'mood.gguf': encodeModel({ 'general.architecture': 'controlvector' }),
      'notes.txt': Buffer.from('not a model'),
    })
    const { files, unreadable } = await listOf(folder, path.join(folder, 'absent'))
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
      encodeModel({ 'general.architecture': 'llama', 'general.description': text })
    const folder = createFolder({
      'a.gguf': described('No topic asked:\n  animals. '),
      'b.gguf': described(`${'word '.repeat(100_000)}`),
      'c.gguf': described(' \n'),
    })
    const { files } = await listOf(folder)
    expect(files[0]?.description).toBe('No topic asked: animals.')
    expect(files[1]?.description).toMatch(/^(word ){39}word…$/)
    expect(files[2]).not.toHaveProperty('description')
  })

  test('names broken files instead of failing', async () => {
    const folder = createFolder({
      'garbage.gguf': Buffer.from('this is no model, whatever its name says'),
      'cut.gguf': model.subarray(0, 100),
      'cut-later.gguf': model.subarray(0, -32),
      'empty.gguf': Buffer.alloc(0),
      'huge.gguf': Buffer.concat([model.subarray(0, 16), Buffer.alloc(8, 0x7f), model.subarray(24)]),
    })
    const { files, unreadable } = await listOf(folder)
    expect(files).toEqual([])
    expect(unreadable).toMatchObject([
      {
        file: 'cut-later.gguf',
        message: `The tensor blk.0.attn_q.weight ends at byte ${model.length}, but the file has ${model.length - 32}.`,
      },
      { file: 'cut.gguf', message: 'It ends in the middle of its header.' },
      { file: 'empty.gguf', message: 'The file is empty.' },
      { file: 'garbage.gguf', message: 'It is not a GGUF file.' },
      {
        file: 'huge.gguf',
        message: 'Its header tells of 9187201950435738000 metadata entries, more than can be in the file.',
      },
    ])
  })

  test('takes a split model as one, upper case, and links wherever they lead, but not in a circle', async () => {
    const outside = createFolder({ 'elsewhere.gguf': model, 'deep/below.gguf': model })
    const folder = createFolder({
      'big-00001-of-00002.gguf': model,
      'big-00002-of-00002.gguf': model,
      'LOUD.GGUF': model,
    })
    symlinkSync(path.join(outside, 'elsewhere.gguf'), path.join(folder, 'mine.gguf'))
    symlinkSync(outside, path.join(folder, 'others'))
    symlinkSync(folder, path.join(folder, 'again'))
    const { files, unreadable } = await listOf(folder)
    expect(files.map(({ file, bytes }) => [file, bytes / model.length])).toEqual([
      ['LOUD.GGUF', 1],
      ['big-00001-of-00002.gguf', 2],
      ['mine.gguf', 1],
      ['others/deep/below.gguf', 1],
      ['others/elsewhere.gguf', 1],
    ])
    expect(unreadable).toEqual([])
  })

  test('counts the weights of all parts of a split model, of which the first may have none', async () => {
    const part = (number: number, tensors: Record<string, number[]>): Buffer =>
      encodeModel(
        { ...(number === 0 && { 'general.architecture': 'llama' }), 'split.count': 3, 'split.no': number },
        tensors,
      )
    const folder = createFolder({
      'split-00001-of-00003.gguf': part(0, {}),
      'split-00002-of-00003.gguf': part(1, { 'blk.0.attn_q.weight': [4, 4] }),
      'split-00003-of-00003.gguf': part(2, { 'blk.0.ffn_up.weight': [4, 8] }),
    })
    const { files } = await listOf(folder)
    expect(files).toMatchObject([{ architecture: 'llama', parameters: 48, quantization: 'F32' }])
  })

  test('tells of a later part that was cut, and of parts whose first is not there', async () => {
    const folder = createFolder({
      'cut-00001-of-00002.gguf': model,
      'cut-00002-of-00002.gguf': model.subarray(0, model.length - 32),
      'lost-00002-of-00003.gguf': model,
      'lost-00003-of-00003.gguf': model,
    })
    const { files, unreadable } = await listOf(folder)
    expect([files, unreadable.map(({ file, message }) => [file, message])]).toEqual([
      [],
      [
        [
          'cut-00001-of-00002.gguf',
          `Its part cut-00002-of-00002.gguf cannot be read: the tensor blk.0.attn_q.weight ends at byte ${model.length}, but the file has ${model.length - 32}.`,
        ],
        [
          'lost-00002-of-00003.gguf',
          'This is a part of a split model, and the first, lost-00001-of-00003.gguf, is not beside it.',
        ],
      ],
    ])
  })

  test('names a broken link, a half download, a part that is missing, and what to do about each', async () => {
    const folder = createFolder({
      'big-00001-of-00003.gguf': model,
      'big-00002-of-00003.gguf': model,
      'half.gguf.part': model.subarray(0, 200),
      'running.gguf.part': model.subarray(0, 200),
      'running.gguf.lock': Buffer.from('1'),
    })
    symlinkSync(path.join(folder, 'nothing'), path.join(folder, 'lost.gguf'))
    const { files, unreadable } = await listOf(folder)
    expect(files).toEqual([])
    expect(unreadable.map(({ file, message }) => [file, message])).toEqual([
      ['big-00001-of-00003.gguf', 'Its part big-00003-of-00003.gguf is not beside it.'],
      ['half.gguf.part', 'This is the beginning of a download that did not end.'],
      ['lost.gguf', `This is a link to ${path.join(folder, 'nothing')}, where nothing is that can be read.`],
    ])
    for (const { hint } of unreadable) expect(hint).toBeDefined()
  })

  test('sees that a file has changed', async () => {
    const folder = createFolder({ 'a.gguf': Buffer.from('still being copied here') })
    const list = (): Promise<ModelList> => listOf(folder)
    expect((await list()).files).toEqual([])
    writeFileSync(path.join(folder, 'a.gguf'), model)
    expect((await list()).files).toMatchObject([{ file: 'a.gguf', name: 'Storyteller' }])
  })
})
