import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { figuresOf, GgufError, measureTensors, partPaths, readHeader } from '@woolgather/gguf'
import type { Figures, GgufHeader } from '@woolgather/gguf'
import { LlamaError } from '../contract/error.ts'
import { checkEntries } from './check-entries.ts'
import {
  diffusionArchitectures,
  embeddingArchitectures,
  generatingArchitectures,
  otherArchitectures,
} from './architectures.ts'

export interface TensorSize {
  name: string
  elements: number
  bytes: number
}

/** What the header of a model file tells, after it was found fit for llama.cpp. */
export interface InspectedModel {
  path: string
  /** Every file of the model: more than one where it is split. */
  parts: string[]
  architecture: string
  /** Whether it writes from left to right; encoders only embed. */
  writes: boolean
  /** Whether it fills masked tokens anywhere in a text. */
  diffuses: boolean
  /** `general.name`, or the file's name. */
  name: string
  layers: number
  embeddingSize: number
  vocabSize: number
  trainedContextSize: number
  chatTemplate: string | undefined
  /** Number of parameters, and bytes of their tensors. */
  parameters: number
  bytes: number
  tensors: TensorSize[]
  figures: Figures
}

/** llama.cpp's LLAMA_MAX_LAYERS and LLAMA_MAX_EXPERTS; it aborts the process beyond them. */
const maxLayers = 512
const maxExperts = 1024

/**
 * Reads and checks the header of a model file, of every part where it is split. llama.cpp must be given no file
 * that did not pass: some broken headers abort the process. Reads the header only, whatever the model's size.
 *
 * @throws LlamaError model-not-found, model-unreadable, model-unsupported
 */
export async function inspectModel(path: string): Promise<InspectedModel> {
  const header = await readChecked(path)
  const parts = await readParts(path, header)
  for (const part of parts) checkEntries(part.path, part.header)
  const architecture = checkArchitecture(path, header)
  const tensors = parts.flatMap((part) => measure(part.path, part.header))
  if (tensors.length === 0) throw unsupported(path, 'it holds no tensors', 'Choose a file with weights.')
  const figures = figuresOf(header, architecture)
  checkFigures(path, figures)
  if (architecture === 'llada-moe') checkExperts(path, figures)
  return {
    path,
    parts: parts.map((part) => part.path),
    architecture,
    writes: generatingArchitectures.has(architecture),
    diffuses: diffusionArchitectures.has(architecture),
    name: textOf(header, 'general.name') ?? basename(path, '.gguf'),
    layers: numberOf(figures, 'block_count') ?? 0,
    embeddingSize: numberOf(figures, 'embedding_length') ?? 0,
    vocabSize: vocabSizeOf(path, header),
    trainedContextSize: numberOf(figures, 'context_length') ?? 0,
    chatTemplate: textOf(header, 'tokenizer.chat_template'),
    parameters: sum(tensors.map((tensor) => tensor.elements)),
    bytes: sum(tensors.map((tensor) => tensor.bytes)),
    tensors,
    figures,
  }
}

async function readChecked(path: string): Promise<GgufHeader> {
  await checkIsFile(path)
  try {
    return await readHeader(path)
  } catch (error) {
    if (error instanceof GgufError) throw asUnreadable(path, error)
    const reason = error instanceof Error ? error.message : String(error)
    throw unreadable(path, reason, 'Check that the file may be read.', error)
  }
}

async function checkIsFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error)
  if (found instanceof Error) {
    if (found.code === 'ENOENT' || found.code === 'ENOTDIR') {
      throw new LlamaError('model-not-found', `There is no model file at ${path}.`, {
        hint: 'Check the path, or download the model first.',
        cause: found,
      })
    }
    throw unreadable(path, found.message, 'Check that the file may be read.', found)
  }
  if (found.isDirectory()) throw unreadable(path, 'it is a directory', 'Choose a .gguf file in it.')
  if (!found.isFile()) throw unreadable(path, 'it is not a regular file')
}

function checkArchitecture(path: string, header: GgufHeader): string {
  const architecture = textOf(header, 'general.architecture')
  const other = nameOtherKind(header, architecture)
  if (other !== undefined) throw unsupported(path, `it is ${other.what}, not a language model`, other.hint)
  if (architecture === undefined) {
    throw unreadable(path, 'its header does not name an architecture (general.architecture)')
  }
  if (
    [generatingArchitectures, diffusionArchitectures, embeddingArchitectures].some((set) =>
      set.has(architecture),
    )
  )
    return architecture
  const what = otherArchitectures.get(architecture)
  if (what !== undefined) {
    throw unsupported(path, `it is ${what} (${architecture})`, 'Choose a model that generates text.')
  }
  throw unsupported(
    path,
    `its architecture “${architecture}” is unknown to this version of llama.cpp`,
    'Look for a newer Woolgather, or choose another model.',
  )
}

function nameOtherKind(
  header: GgufHeader,
  architecture: string | undefined,
): { what: string; hint: string } | undefined {
  const type = textOf(header, 'general.type')
  const useWhere = (where: string): string =>
    `Connect it where ${where} is wanted, and choose its base model here.`
  if (type === 'adapter' || header.metadata.has('adapter.type')) {
    return { what: 'a LoRA adapter', hint: useWhere('a LoRA') }
  }
  if (architecture === 'controlvector') {
    return { what: 'a control vector', hint: useWhere('a control vector') }
  }
  if (type === 'imatrix' || architecture === 'imatrix') {
    return { what: 'an importance matrix', hint: 'It helps to quantise a model; choose the model.' }
  }
  if (type === 'mmproj') return { what: 'an image encoder (mmproj)', hint: 'Choose the model it belongs to.' }
  return undefined
}

async function readParts(path: string, first: GgufHeader): Promise<{ path: string; header: GgufHeader }[]> {
  const parts = [{ path, header: first }]
  for (const part of findParts(path, first).slice(1))
    parts.push({ path: part, header: await readChecked(part) })
  return parts
}

function findParts(path: string, first: GgufHeader): string[] {
  try {
    return partPaths(path, first)
  } catch (error) {
    throw asUnreadable(path, error)
  }
}

function measure(path: string, header: GgufHeader): TensorSize[] {
  try {
    return measureTensors(header)
  } catch (error) {
    throw asUnreadable(path, error)
  }
}

function asUnreadable(path: string, error: unknown): unknown {
  return error instanceof GgufError ? unreadable(path, error.message, error.hint, error) : error
}

/** The figures that llama.cpp believes: it divides by them, sizes arrays by them, and aborts. */
function checkFigures(path: string, figures: Figures): void {
  const limits: readonly [key: string, from: number, to: number, required: boolean][] = [
    ['block_count', 1, maxLayers, true],
    ['embedding_length', 1, 2 ** 20, true],
    ['context_length', 1, 2 ** 31 - 1, true],
    ['vocab_size', 1, 2 ** 31 - 1, false],
    ['feed_forward_length', 0, 2 ** 24, false],
    ['attention.head_count', 0, 2 ** 16, false],
    ['attention.head_count_kv', 0, 2 ** 16, false],
    ['attention.key_length', 0, 2 ** 16, false],
    ['attention.value_length', 0, 2 ** 16, false],
    ['expert_count', 0, maxExperts, false],
    ['expert_used_count', 0, numberOf(figures, 'expert_count') ?? 0, false],
  ]
  for (const [key, from, to, required] of limits) {
    const value = figures.get(key)
    if (value === undefined && !required) continue
    const numbers = Array.isArray(value) ? value : [value]
    const right = numbers.every((n) => typeof n === 'number' && Number.isInteger(n) && n >= from && n <= to)
    if (right) continue
    const told = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`
    throw unreadable(path, `${key} ${told} in its header; it must be from ${from} to ${to}`)
  }
  if (numberOf(figures, 'attention.head_count') === 0 && figures.get('ssm.state_size') === undefined) {
    if (figures.get('wkv.head_size') === undefined) {
      throw unreadable(path, 'attention.head_count is 0 in its header')
    }
  }
}

/** llama.cpp ends the process where a model of experts has none. */
function checkExperts(path: string, figures: Figures): void {
  for (const key of ['expert_count', 'expert_used_count']) {
    if ((numberOf(figures, key) ?? 0) > 0) continue
    throw unreadable(path, `${key} is missing or 0 in its header`)
  }
}

function vocabSizeOf(path: string, header: GgufHeader): number {
  const tokens = header.metadata.get('tokenizer.ggml.tokens')
  const length = Array.isArray(tokens) || (typeof tokens === 'object' && tokens !== null) ? tokens.length : 0
  if (length === 0) throw unsupported(path, 'it has no vocabulary', 'Convert the model with its tokenizer.')
  return length
}

function textOf(header: GgufHeader, key: string): string | undefined {
  const value = header.metadata.get(key)
  return typeof value === 'string' ? value : undefined
}

function numberOf(figures: Figures, key: string): number | undefined {
  const value = figures.get(key)
  return typeof value === 'number' ? value : undefined
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function unreadable(
  path: string,
  reason: string,
  hint = 'Download or copy the file again.',
  cause?: unknown,
): LlamaError {
  return new LlamaError('model-unreadable', `${path} cannot be read as a model: ${reason}.`, { hint, cause })
}

function unsupported(path: string, reason: string, hint: string): LlamaError {
  return new LlamaError('model-unsupported', `${path} cannot be used as a model: ${reason}.`, { hint })
}
