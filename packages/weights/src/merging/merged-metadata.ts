import { fileTypeNumber, inferFileType, type GgufFile, type GgufPlan, type GgufValue } from '@woolgather/gguf'
import { nameOfModel, provenanceKeys, weightsOf, type MergeSource } from '@woolgather/workflow'
import { architectureOf } from '../sources/architecture-of.ts'
import { leadOf, type Branches } from './place-tensors.ts'
import type { MergedVocabulary } from './plan-vocabulary.ts'

/**
 * The lead model's metadata, with what the merge made different.
 * @param figures of its architecture that a stack of layers has otherwise
 */
export async function mergedMetadata(
  source: MergeSource,
  branches: Branches,
  figures: ReadonlyMap<string, GgufValue>,
  tensors: GgufPlan['tensors'],
  vocabulary: MergedVocabulary | undefined,
): Promise<Map<string, GgufValue>> {
  const lead = leadOf(branches)
  const { file } = lead
  const architecture = architectureOf(lead)
  const entries = new Map<string, GgufValue>()
  for (const key of file.header.places.keys()) {
    if (/^(split|woolgather)\./.test(key) || (vocabulary && key.startsWith('tokenizer.'))) continue
    entries.set(key, (await file.encodedValue(key))!)
  }
  for (const [key, value] of vocabulary?.metadata ?? []) entries.set(key, value)
  if (entries.has(`${architecture}.vocab_size`) && vocabulary) {
    entries.set(`${architecture}.vocab_size`, { type: 'u32', value: vocabulary.plan.tokens.length })
  }
  for (const [key, value] of figures) entries.set(`${architecture}.${key}`, value)
  entries.set('general.name', { type: 'text', value: nameOfModel(source) })
  const fileType = fileTypeOf(source, file, tensors)
  if (fileType === undefined) entries.delete('general.file_type')
  else entries.set('general.file_type', { type: 'u32', value: fileType })
  entries.set('general.quantization_version', { type: 'u32', value: 2 })
  entries.set(provenanceKeys.recipe, {
    type: 'text',
    value: JSON.stringify({ ...weightsOf(source), adapters: [] }),
  })
  return entries
}

/** As llama-quantize says it: what was asked for, whatever some tensors got; `auto` says what the tensors say. */
function fileTypeOf(
  { outputType }: MergeSource,
  { header }: GgufFile,
  tensors: GgufPlan['tensors'],
): number | undefined {
  if (outputType !== 'auto') return fileTypeNumber(outputType)
  const before = new Map(header.tensors.map(({ name, type }) => [name, type]))
  const said = header.metadata.get('general.file_type')
  const isSame = tensors.every(({ name, type }) => before.get(name) === type)
  return isSame && typeof said === 'number' ? said : fileTypeNumber(inferFileType(tensors))
}
