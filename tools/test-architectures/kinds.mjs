import { readFile } from 'node:fs/promises'

/**
 * A model of each kind, small enough to be tried with every change, without a compiler: its vocabulary, metadata, and
 * tensors. `blk.*` stands for every block.
 */
export async function readKinds() {
  const kinds = JSON.parse(await readFile(new URL('kinds.json', import.meta.url), 'utf8'))
  return Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, expand(kind)]))
}

function expand({ metadata, tensors, ...kind }) {
  const architecture = metadata['general.architecture'].text
  const { u32: blocks } = metadata[`${architecture}.block_count`]
  const ofBlocks = ([name, ...shape]) =>
    name.startsWith('blk.*.')
      ? Array.from({ length: blocks }, (_, block) => [name.replace('*', block), ...shape])
      : [[name, ...shape]]
  return { ...kind, metadata, tensors: tensors.flatMap(ofBlocks) }
}
