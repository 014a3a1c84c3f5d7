import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadNative } from '@woolgather/ggml'
import { ggmlTypes } from '@woolgather/gguf'
import { expect, test } from 'vitest'
import {
  diffusionArchitectures,
  embeddingArchitectures,
  generatingArchitectures,
  otherArchitectures,
} from './architectures.ts'

// dist/index.js, two folders below the package.
const bundle = join(
  dirname(dirname(createRequire(import.meta.url).resolve('node-llama-cpp'))),
  'llama',
  'gitRelease.bundle',
)

test('the architectures are those of the llama.cpp that node-llama-cpp ships', () => {
  const clone = mkdtempSync(join(tmpdir(), 'woolgather-llama-cpp-'))
  try {
    execFileSync('git', ['clone', '--quiet', '--bare', bundle, clone], { stdio: 'ignore' })
    const source = execFileSync('git', ['-C', clone, 'show', 'HEAD:src/llama-arch.cpp'], { encoding: 'utf8' })
    const table = /LLM_ARCH_NAMES = \{(?<rows>.*?)\};/s.exec(source)?.groups?.['rows'] ?? ''
    const names = [...table.matchAll(/"(?<name>[^"]+)"/g)].map((match) => match.groups?.['name'] ?? '')
    const known = names.filter((name) => name !== '(unknown)')
    expect(
      [
        ...generatingArchitectures,
        ...diffusionArchitectures,
        ...embeddingArchitectures,
        ...otherArchitectures.keys(),
      ].toSorted(),
    ).toEqual(known.toSorted())
  } finally {
    rmSync(clone, { recursive: true })
  }
})

test('the block sizes are those of the native library', async () => {
  const { api } = await loadNative()
  const native = [...ggmlTypes].map(([type, { name }]) => {
    const elements = Number(api.ggml_blck_size(type))
    return [type, { name, elements, bytes: Number(api.ggml_row_size(type, elements)) }]
  })
  expect(native).toEqual([...ggmlTypes])
})
