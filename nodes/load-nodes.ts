import { WoolgatherError, type Workflow } from '@woolgather/workflow'
import { library } from './library.ts'
import type { WoolgatherNode } from './services/services.ts'

/**
 * What defines those nodes of a workflow that are the library's: loading all takes longer than most of them run. One that
 * does not load fails as a cell.
 * @param from the library
 */
export async function loadNodes(
  { nodes, subgraphs = {} }: Pick<Workflow, 'nodes' | 'subgraphs'>,
  from: typeof library = library,
): Promise<Map<string, WoolgatherNode>> {
  const scopes = [nodes, ...Object.values(subgraphs).map((subgraph) => subgraph.nodes)]
  const types = new Set(scopes.flatMap((scope) => Object.values(scope).map(({ type }) => type)))
  const loaded = [...types].flatMap((type) => {
    const load = Object.hasOwn(from, type) ? from[type] : undefined
    return load === undefined ? [] : [load().catch((cause: unknown) => notLoaded(type, cause))]
  })
  return new Map((await Promise.all(loaded)).map((definition) => [definition.type, definition]))
}

/** Files of a checkout that is built anew are others than those which a process began with. */
function notLoaded(type: string, cause: unknown): WoolgatherNode {
  return {
    type,
    version: 1,
    title: type,
    description: 'Does not load.',
    inputs: {},
    outputs: {},
    run() {
      throw new WoolgatherError(
        'internal',
        `\`${type}\` does not load: ${cause instanceof Error ? cause.message : String(cause)}`,
        { hint: 'Start Woolgather again: it may have been built anew since it was started.', cause },
      )
    },
  }
}
