import type { GgufFile, GgufTensor } from '@woolgather/gguf'
import { architectureOf } from '../sources/architecture-of.ts'
import { impossible } from '../sources/refusal.ts'
import type { Bakes } from '../jobs/bake-rows.ts'

/** A model that takes part in a merge, open for reading, and what LoRAs add to it. */
export interface Branch {
  /** What messages call it, different from all others of the merge. */
  name: string
  file: GgufFile
  /** What is otherwise in it than was asked of whatever made it. */
  notes: readonly string[]
  bakes: Bakes
}

export function layersOf(branch: Branch): number {
  const count = branch.file.header.metadata.get(`${architectureOf(branch)}.block_count`)
  return typeof count === 'number' ? count : 0
}

export function shapeText({ shape }: Pick<GgufTensor, 'shape'>): string {
  return shape.join(' × ')
}

/** @throws WoolgatherError merge-impossible where they are of different architectures */
export function checkArchitectures([first, ...others]: readonly Branch[]): void {
  const other = others.find((branch) => architectureOf(branch) !== architectureOf(first!))
  if (other === undefined) return
  throw impossible(
    `${first!.name} is a ${architectureOf(first!)} model, and ${other.name} a ${architectureOf(other)} model.`,
    'Only models of one architecture can be merged.',
  )
}

/** @throws WoolgatherError merge-impossible */
export function checkLayers([first, ...others]: readonly Branch[]): void {
  const other = others.find((branch) => layersOf(branch) !== layersOf(first!))
  if (other === undefined) return
  throw impossible(
    `${first!.name} has ${layersOf(first!)} layers, and ${other.name} has ${layersOf(other)}.`,
    'Say which layers to take: “Stack layers” puts models of different depths together.',
  )
}
