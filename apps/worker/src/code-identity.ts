import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Beside the bundle, which is run only while everything it was built from is as it was. */
const writtenFile = new URL('code-identity.txt', import.meta.url)

/** `codeIdentity()`, as the build of this worker's bundle wrote it; found out where there is no bundle. */
export function identityOfThisCode(): string {
  return existsSync(writtenFile) ? readFileSync(writtenFile, 'utf8') : codeIdentity()
}

/** Packages that say nothing about what a cell gives. */
const notComputing = new Set(['@woolgather/protocol'])

interface Package {
  root: string
  version: string
  dependencies: string[]
  /** Text of its package.json, which names the versions of what it uses. */
  manifest: string
}

/**
 * What tells the code that computes from any other: results kept under another one are not taken for its own. Of a
 * release its version; of a checkout, where code changes from one build to the next, a hash of what was built.
 * @param root folder of the package to begin with; those of Woolgather that it uses are found from there
 * @param resolve the main module of a package
 */
export function codeIdentity(
  root: string = fileURLToPath(new URL('..', import.meta.url)),
  resolve: (name: string) => string = createRequire(import.meta.url).resolve,
): string {
  const first = readPackage(root)
  if (!existsSync(path.join(root, 'src'))) return `release ${first.version}`
  const found = new Map<string, Package>([['', first]])
  for (const { dependencies } of found.values()) {
    for (const name of dependencies) {
      if (found.has(name) || notComputing.has(name)) continue
      found.set(name, readPackage(path.dirname(path.dirname(resolve(name)))))
    }
  }
  const hashes = [...found].map(([name, its]) => `${name} ${hashBuilt(its)}`)
  return createHash('sha256').update(hashes.sort().join('\n')).digest('hex')
}

function readPackage(root: string): Package {
  const manifest = readFileSync(path.join(root, 'package.json'), 'utf8')
  const { version, dependencies = {} } = JSON.parse(manifest) as {
    version: string
    dependencies?: Record<string, string>
  }
  const own = Object.keys(dependencies).filter((name) => name.startsWith('@woolgather/'))
  return { root, version, dependencies: own, manifest }
}

/** Over the modules that `tsc` wrote, and the versions of what they use. Some 500 small files: read at once, that is quickest. */
function hashBuilt({ root, manifest }: Package): string {
  const folder = path.join(root, 'dist')
  const hash = createHash('sha256').update(manifest)
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (name.endsWith('.js')) hash.update(`\0${name}\0`).update(readFileSync(path.join(folder, name)))
  }
  return hash.digest('hex')
}
