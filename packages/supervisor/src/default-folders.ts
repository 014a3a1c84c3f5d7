import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { WorkerFolders } from '@woolgather/protocol'

/** Folders as a person named them, relative to where they stand; what is absent is chosen. */
export interface FolderChoices {
  models?: string[] | undefined
  output?: string | undefined
  data?: string | undefined
  nodes?: string[] | undefined
}

/**
 * Absolute folders for a worker. Chosen models are searched before the checkout's own `models/`; data defaults to
 * `.woolgather/` in the checkout and output to `output/` where the command was given. `WOOLGATHER_MODELS`
 * and `WOOLGATHER_NODES` (lists like PATH), `WOOLGATHER_OUTPUT` and `WOOLGATHER_DATA` stand in for what is not chosen.
 */
export function resolveFolders(choices: FolderChoices, env: NodeJS.ProcessEnv = process.env): WorkerFolders {
  const root = findCheckout()
  const models = choices.models ?? env['WOOLGATHER_MODELS']?.split(path.delimiter).filter(Boolean) ?? []
  const nodes = choices.nodes ?? env['WOOLGATHER_NODES']?.split(path.delimiter).filter(Boolean) ?? []
  return {
    models: [...new Set([...models.map((folder) => path.resolve(folder)), path.join(root, 'models')])],
    output: path.resolve(choices.output ?? env['WOOLGATHER_OUTPUT'] ?? 'output'),
    data: path.resolve(choices.data ?? env['WOOLGATHER_DATA'] ?? path.join(root, '.woolgather')),
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
