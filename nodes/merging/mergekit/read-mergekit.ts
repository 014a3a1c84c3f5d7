import { readConfig, type MergekitConfig } from './read-config.ts'
import { readYaml, Remarks } from './yaml-place.ts'

/** Larger files are no merge configurations. */
const maxLength = 1_000_000

export interface MergekitFile {
  /** In the order of the file; the last one is what it makes. */
  configs: MergekitConfig[]
  remarks: Remarks
}

/**
 * Reads a mergekit configuration: one merge, or as mergekit-mega takes them several, each named and used by later ones.
 * @param outTypes types a model can be stored in, by ggml's names
 */
export function readMergekit(text: string, outTypes: readonly string[]): MergekitFile {
  const remarks = new Remarks()
  if (text.length > maxLength) {
    remarks.errors.push({ path: '', line: 1, message: `is longer than ${maxLength} characters` })
    return { configs: [], remarks }
  }
  const documents = readYaml(text, remarks).filter((place) => !place.isEmpty)
  if (documents.length === 0 && remarks.errors.length === 0) {
    remarks.errors.push({ path: '', line: 1, message: 'is empty' })
  }
  const configs = documents.map((place) => readConfig(place, outTypes))
  return { configs: configs.filter((config) => config !== undefined), remarks }
}
