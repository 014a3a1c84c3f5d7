import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import koffi from 'koffi'
import { expect, test } from 'vitest'
import { boundRelease } from '../check-version.ts'
import { typeTraits } from '../quantize.ts'
import { extractHeaders, includeFlags } from './extract-headers.ts'
import { expectedOutput, writeProbe } from './write-probe.ts'

const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0)

function probe(folder: string): string[] {
  const source = path.join(folder, 'probe.c')
  const program = path.join(folder, 'probe')
  writeFileSync(source, writeProbe())
  execFileSync(compiler!, ['-std=gnu11', '-w', ...includeFlags(folder), source, '-o', program], {
    stdio: 'pipe',
  })
  return execFileSync(program, { encoding: 'utf8' }).trim().split('\n')
}

test.runIf(compiler)(
  'every bound prototype, struct, callback and constant is what the pinned headers say',
  () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'llama-headers-'))
    try {
      expect(extractHeaders(folder)).toBe(boundRelease)
      expect(probe(folder).sort()).toEqual(expectedOutput().sort())
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)

test('the converter is read from where the probe looks for it', () => {
  expect(koffi.offsetof(typeTraits, 'to_float')).toBe(40)
})
