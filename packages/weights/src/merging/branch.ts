import type { GgufFile, GgufTensor } from '@woolgather/gguf'
import { WoolgatherError } from '@woolgather/workflow'
import type { Bakes } from '../jobs/bake-rows.ts'

/** A model that takes part in a merge, open for reading, and what LoRAs add to it. */
export interface Branch {
  /** What messages call it, different from all others of the merge. */
  name: string
  file: GgufFile
  bakes: Bakes
}

export function architectureOf({ file }: Branch): string {
  return String(file.header.metadata.get('general.architecture') ?? '')
}

export function layersOf(branch: Branch): number {
  const count = branch.file.header.metadata.get(`${architectureOf(branch)}.block_count`)
  return typeof count === 'number' ? count : 0
}

export function shapeText({ shape }: Pick<GgufTensor, 'shape'>): string {
  return shape.join(' × ')
}

export function impossible(message: string, hint?: string): WoolgatherError {
  return new WoolgatherError('merge-impossible', message, hint === undefined ? {} : { hint })
}

/** The first few of a list of complaints. */
export function tell(wrong: readonly string[]): string {
  const more = wrong.length > 3 ? `, and ${wrong.length - 3} more` : ''
  return `${wrong.slice(0, 3).join('; ')}${more}`
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
