import { ggmlTypes, type GgufPlan, type GgufValue } from '@woolgather/gguf'
import { nameOfModel, provenanceKeys, weightsOf, type MergeSource } from '@woolgather/workflow'
import { architectureOf, layersOf } from './branch.ts'
import { leadOf, type Branches } from './place-tensors.ts'
import type { MergedVocabulary } from './plan-vocabulary.ts'

/** `llama_ftype` of the type that most of a model has. */
const fileTypes: Record<string, number> = {
  F32: 0,
  F16: 1,
  Q4_0: 2,
  Q4_1: 3,
  Q8_0: 7,
  Q5_0: 8,
  Q5_1: 9,
  Q2_K: 10,
  Q3_K: 12,
  Q4_K: 15,
  Q5_K: 17,
  Q6_K: 18,
  IQ4_NL: 25,
  IQ4_XS: 30,
  BF16: 32,
}

/** The lead model's metadata, with what the merge made different. */
export async function mergedMetadata(
  source: MergeSource,
  branches: Branches,
  layers: number,
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
  if (layers !== layersOf(lead)) entries.set(`${architecture}.block_count`, { type: 'u32', value: layers })
  entries.set('general.name', { type: 'text', value: nameOfModel(source) })
  entries.set('general.file_type', { type: 'u32', value: fileTypeOf(tensors) })
  entries.set('general.quantization_version', { type: 'u32', value: 2 })
  entries.set(provenanceKeys.recipe, {
    type: 'text',
    value: JSON.stringify({ ...weightsOf(source), adapters: [] }),
  })
  return entries
}

/** The type that a file is said to be of: the one that takes most of the matrices. */
function fileTypeOf(tensors: GgufPlan['tensors']): number {
  const elements = new Map<string, number>()
  for (const { shape, type } of tensors) {
    if (shape.length < 2) continue
    const name = ggmlTypes.get(type)!.name
    elements.set(name, (elements.get(name) ?? 0) + shape.reduce((product, size) => product * size, 1))
  }
  const [most] = [...elements].toSorted(([, a], [, b]) => b - a)
  return fileTypes[most?.[0] ?? 'F32'] ?? 0
}
