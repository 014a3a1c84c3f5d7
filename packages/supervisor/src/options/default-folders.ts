import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { WorkerFolders } from '@woolgather/protocol'
import { readOption, type GivenOptions } from './read-options.ts'

/** Folders as a person named them, relative to where they stand; what is absent is chosen. */
export type FolderChoices = Pick<GivenOptions, 'models' | 'output' | 'data' | 'nodes'>

/**
 * Absolute folders for a worker. Chosen models are searched before the checkout's own `models/`; data defaults to
 * `.woolgather/` in the checkout and output to `output/` where the command was given. Their variables stand in for what is
 * not chosen.
 */
export function resolveFolders(choices: FolderChoices, env: NodeJS.ProcessEnv = process.env): WorkerFolders {
  const root = findCheckout()
  const models = readOption('models', choices.models, env) ?? []
  const nodes = readOption('nodes', choices.nodes, env) ?? []
  const output = readOption('output', choices.output, env)
  const data = readOption('data', choices.data, env)
  return {
    models: [...new Set([...models.map((folder) => path.resolve(folder)), path.join(root, 'models')])],
    output: path.resolve(output ?? 'output'),
    data: path.resolve(data ?? path.join(root, '.woolgather')),
    ...(nodes.length > 0 && { nodes: nodes.map((folder) => path.resolve(folder)) }),
  }
}

/** The folder of the repository this module is in, recognised by the name in its package.json. */
export function findCheckout(from: string = fileURLToPath(import.meta.url)): string {
  for (let folder = path.dirname(from); ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json')
    if (existsSync(manifest) && readName(manifest) === 'woolgather') return folder
    if (folder === path.dirname(folder)) return process.cwd()
  }
}

function readName(manifest: string): unknown {
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: unknown }).name
}
