import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { WoolgatherError } from '@woolgather/workflow'
import type { NodeDefinition } from './define-node.ts'
import { createRegistry } from './registry.ts'

/**
 * Node definitions of packages outside the library: each folder's module (`main` or `exports` of its package.json, else
 * index.js) exports a list `nodes`. This runs their code, so folders come from the command line or configuration and
 * never from a workflow.
 * @throws WoolgatherError invalid-node, naming the folder and what is wrong
 */
export async function loadNodePackages<Services>(
  folders: readonly string[],
): Promise<NodeDefinition<Services>[]> {
  const loaded = await Promise.all(folders.map((folder) => loadPackage<Services>(resolve(folder))))
  return loaded.flat()
}

async function loadPackage<Services>(folder: string): Promise<NodeDefinition<Services>[]> {
  const entry = await entryOf(folder)
  const module = await importModule(folder, entry)
  const nodes = module['nodes'] ?? (module['default'] as { nodes?: unknown } | undefined)?.nodes
  if (!Array.isArray(nodes)) {
    throw refuse(
      folder,
      'exports no list `nodes`',
      'Write `export const nodes = [{ type: "mine/shout", … }]`.',
    )
  }
  // by itself first: a node that misdeclares itself is then told with the folder it came from
  try {
    createRegistry(nodes as NodeDefinition<Services>[])
  } catch (cause) {
    throw refuse(folder, (cause as Error).message, 'See docs/custom-nodes.md.', cause)
  }
  return nodes as NodeDefinition<Services>[]
}

async function importModule(folder: string, entry: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(entry).href)) as Record<string, unknown>
  } catch (cause) {
    throw refuse(
      folder,
      `could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      undefined,
      cause,
    )
  }
}

async function entryOf(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => undefined)
  if (found?.isFile() === true) return folder
  if (found === undefined) throw refuse(folder, 'does not exist')
  const manifest = await readManifest(folder)
  return join(folder, manifest.main ?? exportOf(manifest.exports) ?? 'index.js')
}

interface Manifest {
  main?: string
  exports?: unknown
}

async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}')
  try {
    return JSON.parse(text) as Manifest
  } catch (cause) {
    throw refuse(folder, 'has a package.json that is not JSON', undefined, cause)
  }
}

function exportOf(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports
  if (typeof exports !== 'object' || exports === null) return undefined
  const { '.': root, import: imported, default: fallback } = exports as Record<string, unknown>
  return exportOf(root ?? imported ?? fallback)
}

function refuse(folder: string, problem: string, hint?: string, cause?: unknown): WoolgatherError {
  const options: { hint?: string; cause?: unknown } = {}
  if (hint !== undefined) options.hint = hint
  if (cause !== undefined) options.cause = cause
  return new WoolgatherError(
    'invalid-node',
    `Node package ${folder}: ${problem.replace(/\.$/, '')}.`,
    options,
  )
}
