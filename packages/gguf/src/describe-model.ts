import { contextBytesPerToken, figureOf, figuresOf } from './context-size.ts'
import { fileTypeName, inferFileType } from './file-types.ts'
import { shapesOf, type Shapes } from './match-shapes.ts'
import type { GgufHeader } from './format/read-header.ts'
import { sizesOf, type ModelSizes } from './model-sizes.ts'

/** What a person chooses a model file by. */
export interface ModelSummary {
  kind: 'model' | 'lora' | 'vector'
  bytes: number
  /** `general.architecture`, e.g. `llama`. */
  architecture: string
  /** e.g. `F16`, `Q4_K_M`: as the file says, or else by its tensors; empty of LoRAs and vectors that do not say. */
  quantization: string
  parameters: number
  /** Of a model: bytes of memory that a token of context takes beside the weights. */
  contextBytes?: number
  /** Of a model: what its matrices are as large as. */
  sizes?: ModelSizes
  name: string
  /** What it is for, as the file says (`general.description`), in one line; absent where it does not. */
  description?: string
  /** Of a model: tokens of context it was made for. */
  context?: number
  /** `general.license`, such as `apache-2.0`. */
  license?: string
  /** Of a model: whether it brings a chat template. */
  chatTemplate?: boolean
  /** Of a LoRA or vector: the model it was made for, as it says. */
  base?: string
  /** By which LoRAs and vectors find the models that they fit. */
  shapes: Shapes
}

/** Characters of a description: what is chosen by is a line, some files have whole model cards. */
const mostDescribed = 200
const mostLicence = 100

/** Sums up a header. `parameters` counts the elements of all tensors. */
export function describeModel(header: GgufHeader): ModelSummary {
  const { metadata, tensors, fileBytes } = header
  const text = (key: string): string => {
    const value = metadata.get(key)
    return typeof value === 'string' ? value : ''
  }
  const architecture = text('general.architecture')
  const kind =
    architecture === 'controlvector' ? 'vector' : text('general.type') === 'adapter' ? 'lora' : 'model'
  const said = fileTypeName(metadata.get('general.file_type'))
  const figures = figuresOf(header, architecture)
  const context = figureOf(figures, 'context_length', 'largest')
  const license = text('general.license').trim().slice(0, mostLicence)
  const base =
    kind === 'model' ? '' : text('general.base_model.0.name') || text('general.base_model.0.repo_url')
  return {
    kind,
    bytes: fileBytes,
    architecture,
    quantization: said ?? (kind === 'model' ? inferFileType(tensors) : ''),
    parameters: tensors.reduce(
      (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
      0,
    ),
    ...(kind === 'model' && {
      contextBytes: contextBytesPerToken(figures),
      ...sizesOf(header, figures),
      chatTemplate: metadata.has('tokenizer.chat_template'),
      ...(context !== undefined && { context }),
    }),
    name: text('general.name'),
    ...describe(text('general.description')),
    ...(license !== '' && { license }),
    ...(base !== '' && { base: base.slice(0, mostDescribed) }),
    shapes: shapesOf(header, kind, figures),
  }
}

function describe(said: string): Pick<ModelSummary, 'description'> {
  const line = said
    .slice(0, 10 * mostDescribed)
    .replaceAll(/\s+/g, ' ')
    .trim()
  const characters = [...line]
  if (characters.length <= mostDescribed) return line === '' ? {} : { description: line }
  return { description: `${characters.slice(0, mostDescribed).join('').trimEnd()}…` }
}
