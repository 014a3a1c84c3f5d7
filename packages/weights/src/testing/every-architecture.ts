import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadNative } from '@woolgather/ggml'

/** Writes tiny random models of llama.cpp's architectures, with llama.cpp's own test of them. */
export interface ModelWriter {
  architectures: readonly string[]
  /** @returns whether llama.cpp can make one and write it */
  write(architecture: string, file: string): boolean
}

/**
 * Compiles it from the source that node-llama-cpp brings, which takes half a minute.
 * @param folder for the source and the program
 */
export async function compileModelWriter(folder: string): Promise<ModelWriter> {
  const { binary } = await loadNative()
  const bundle = path.join(
    path.dirname(createRequire(import.meta.url).resolve('node-llama-cpp')),
    '../llama/gitRelease.bundle',
  )
  const source = path.join(folder, 'llama.cpp')
  execFileSync('git', ['clone', '--quiet', bundle, source], { stdio: 'pipe' })
  const program = path.join(folder, 'write-models')
  const libraries = path.dirname(binary.libraries.llama)
  const names = readdirSync(libraries).filter((name) =>
    /^lib(llama|ggml)(-common|-base)?(\.v[\d.]+)?\.so$/.test(name),
  )
  const includes = ['include', 'ggml/include', 'common', 'src', 'vendor', ''].map(
    (below) => `-I${path.join(source, below)}`,
  )
  execFileSync(
    'g++',
    [
      ...['-O0', '-std=c++17', '-DLLAMA_SHARED', '-DGGML_SHARED', ...includes],
      ...[fileURLToPath(new URL('./write-models.cpp', import.meta.url)), '-o', program],
      ...[`-L${libraries}`, ...names.map((name) => `-l:${name}`), `-Wl,-rpath,${libraries}`],
      ...['-Wl,--allow-shlib-undefined', '-lpthread'],
    ],
    { stdio: 'pipe' },
  )
  const backends = binary.folder
  const told = execFileSync(program, [backends], { encoding: 'utf8', stdio: 'pipe' })
  return {
    architectures: told.split('\n').filter((name) => name !== ''),
    write: (architecture, file) => spawnSync(program, [backends, file, architecture]).status === 0,
  }
}
