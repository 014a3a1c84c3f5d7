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
  const documents = readYaml(pasted(text, remarks), remarks).filter((place) => !place.isEmpty)
  if (documents.length === 0 && remarks.errors.length === 0) {
    remarks.errors.push({ path: '', line: 1, message: 'is empty' })
  }
  const configs = documents.map((place) => readConfig(place, outTypes))
  return { configs: configs.filter((config) => config !== undefined), remarks }
}

/**
 * What stands in the fence of a model card, where the text has one, and spaces in place of a web page's. Lines keep
 * their numbers.
 */
function pasted(text: string, remarks: Remarks): string {
  const lines = text.replace(/^[ \u00a0]+/gm, ({ length }) => ' '.repeat(length)).split('\n')
  const fences = lines.flatMap((line, index) => (/^\s*(```|~~~)/.test(line) ? [index] : []))
  const [first, last = lines.length, third] = fences
  if (first === undefined) return lines.join('\n')
  if (third !== undefined) {
    remarks.errors.push({ path: '', line: third + 1, message: 'holds two fenced texts; paste one of them' })
  }
  return lines.map((line, index) => (index > first && index < last ? line : '')).join('\n')
}
