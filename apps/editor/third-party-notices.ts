import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Plugin } from 'vite'

/** Files in which packages tell their licence. */
const licenceFile = /^(licen[cs]e|copying|notice|ofl)\b/i

interface Manifest {
  name?: string
  version?: string
  license?: string
  repository?: string | { url?: string }
  homepage?: string
}

/**
 * Writes the licences of all packages that are bundled to one file beside the bundle: most ask that they go with what is
 * handed on. Vite's own `build.license` does not look into workers.
 * @throws Error while building, where a package tells no licence
 */
export function thirdPartyNotices(fileName: string): { ofPage: Plugin; ofWorker: Plugin } {
  const folders = new Set<string>()
  const collect = (chunks: readonly { type: string; moduleIds?: string[] }[]): void => {
    for (const { moduleIds = [] } of chunks) {
      for (const folder of moduleIds.map(packageOf)) if (folder !== undefined) folders.add(folder)
    }
  }
  return {
    ofWorker: {
      name: 'third-party-notices:worker',
      generateBundle: (_, bundle) => collect(Object.values(bundle)),
    },
    ofPage: {
      name: 'third-party-notices',
      generateBundle(_, bundle) {
        collect(Object.values(bundle))
        const source = [...folders].map(noticeOf).sort().join('\n')
        this.emitFile({ type: 'asset', fileName, source: `${heading}\n${source}` })
      },
    },
  }
}

const heading = `Woolgather's editor contains these packages, under the licences that follow each.\n`

/** Folder of the package that a module is from; undefined for one of ours. */
function packageOf(id: string): string | undefined {
  const file = id.replace(/^\0/, '').split('?', 1)[0] as string
  if (!file.includes('/node_modules/')) return undefined
  for (let folder = path.dirname(file); folder !== path.dirname(folder); folder = path.dirname(folder)) {
    // Some packages have others inside that only say how to read their modules.
    if (manifestIn(folder)?.version !== undefined) return folder
  }
  return undefined
}

function manifestIn(folder: string): Manifest | undefined {
  const file = path.join(folder, 'package.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Manifest) : undefined
}

function noticeOf(folder: string): string {
  const { name, version, license, repository, homepage } = manifestIn(folder) as Manifest
  const text = readdirSync(folder)
    .filter((file) => licenceFile.test(file))
    .map((file) => readFileSync(path.join(folder, file), 'utf8').trim())
    .join('\n\n')
  if (text === '') throw new Error(`${name} is bundled and has no file with its licence.`)
  const source = addressOf((typeof repository === 'string' ? repository : repository?.url) ?? homepage ?? '')
  return [`${'='.repeat(80)}`, `${name} ${version} (${license})`, `Source: ${source}`, '', text, ''].join(
    '\n',
  )
}

/** `git+https://…` and `owner/name` are ways to write an address in a manifest. */
function addressOf(repository: string): string {
  const address = repository.replace(/^git\+/, '')
  return address.includes('://') ? address : `https://github.com/${address.replace(/^github:/, '')}`
}
