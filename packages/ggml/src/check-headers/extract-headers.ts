import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

/**
 * Puts the headers of the llama.cpp release that node-llama-cpp was built from into `folder`. They are only to be
 * found in the source bundle inside its package, which git clones without a network. Returns the release.
 */
export function extractHeaders(folder: string): string {
  const source = path.join(path.dirname(createRequire(import.meta.url).resolve('node-llama-cpp')), '../llama')
  const repository = path.join(folder, 'llama.cpp')
  const git = (...args: string[]): Buffer => execFileSync('git', args, { maxBuffer: 64 << 20, stdio: 'pipe' })
  git('clone', '--quiet', '--no-checkout', path.join(source, 'gitRelease.bundle'), repository)
  git('-C', repository, 'checkout', '--quiet', 'HEAD', '--', 'include', 'ggml/include')
  const { tag } = JSON.parse(readFileSync(path.join(source, 'llama.cpp.info.json'), 'utf8')) as {
    tag: string
  }
  return tag
}

/** Compiler flags to find them. */
export function includeFlags(folder: string): string[] {
  const repository = path.join(folder, 'llama.cpp')
  return [`-I${path.join(repository, 'include')}`, `-I${path.join(repository, 'ggml/include')}`]
}
