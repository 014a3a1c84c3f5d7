import { access, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import type { NodeDefinition } from './define-node.ts'
import { hashPackage } from './hash-package.ts'
import { createRegistry } from './registry.ts'
import { loadTime, tryModule } from './try-module.ts'

/**
 * Node definitions of packages outside the library: each folder's module (`main` or `exports` of its package.json, else
 * index.js) exports `nodes`, a list or a function that is handed `{ z }` and returns one: a package elsewhere on the
 * disk finds no zod of its own. A hash of its files joins the cache keys of its nodes. This runs their code, so folders come from the command line or configuration and
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
  const before = await hashOf(folder)
  const nodes = await nodesOf(folder, await importModule(folder, entry))
  const after = await hashOf(folder)
  // Edited while it was loaded: its code is of neither, and so are its results.
  const code = before === after ? before : `${before} ${after}`
  // by itself first: a node that misdeclares itself is then told with the folder it came from
  try {
    createRegistry(nodes as NodeDefinition<Services>[])
  } catch (cause) {
    throw refuse(folder, messageOf(cause), 'See docs/custom-nodes.md.', cause)
  }
  return (nodes as NodeDefinition<Services>[]).map((node) => ({ ...node, origin: { folder, code } }))
}

function hashOf(folder: string): Promise<string> {
  return hashPackage(folder).catch((cause: unknown) => {
    throw refuse(folder, `could not be read: ${messageOf(cause)}`, undefined, cause)
  })
}

async function nodesOf(folder: string, module: Record<string, unknown>): Promise<unknown[]> {
  const exported = module['nodes'] ?? (module['default'] as { nodes?: unknown } | undefined)?.nodes
  const nodes = typeof exported === 'function' ? await callFactory(folder, exported as NodeFactory) : exported
  if (Array.isArray(nodes)) return nodes
  throw refuse(
    folder,
    typeof exported === 'function' ? '`nodes` returns no list' : 'exports no list `nodes`',
    'Write `export const nodes = ({ z }) => [{ type: "mine/shout", … }]`.',
  )
}

/** What a package may export as `nodes` instead of a list. */
type NodeFactory = (library: { z: typeof z }) => unknown

async function callFactory(folder: string, factory: NodeFactory): Promise<unknown> {
  try {
    return await bounded(factory({ z }))
  } catch (cause) {
    throw refuse(folder, `\`nodes\` failed: ${messageOf(cause)}`, undefined, cause)
  }
}

async function importModule(folder: string, entry: string): Promise<Record<string, unknown>> {
  const url = pathToFileURL(entry).href
  const endless = await tryModule(url)
  if (endless !== undefined) throw refuse(folder, endless)
  try {
    return (await bounded(import(url))) as Record<string, unknown>
  } catch (cause) {
    throw refuse(folder, `could not be loaded: ${messageOf(cause)}`, undefined, cause)
  }
}

/** What went well in a thread may still wait for something here. */
async function bounded<Value>(value: Value | Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took more than ${loadTime / 1_000} seconds`)), loadTime)
  })
  return Promise.race([value, late]).finally(() => clearTimeout(timer))
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

async function entryOf(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => undefined)
  if (found?.isFile() === true) return folder
  if (found === undefined) throw refuse(folder, 'does not exist')
  const manifest = await readManifest(folder)
  const named = manifest?.main ?? exportOf(manifest?.exports)
  const entry = join(folder, named ?? 'index.js')
  if (
    await access(entry).then(
      () => true,
      () => false,
    )
  )
    return entry
  const missing =
    manifest === undefined ? 'neither a package.json nor an index.js' : `no ${named ?? 'index.js'}`
  const why =
    manifest === undefined
      ? ''
      : named === undefined
        ? ', and its package.json names no other file'
        : ', which its package.json names'
  throw refuse(folder, `has ${missing}${why}`, 'See docs/custom-nodes.md for all that a package needs.')
}

interface Manifest {
  main?: string
  exports?: unknown
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
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
