import { figureOf, type Figures } from './context-size.ts'
import type { GgufHeader, TensorEntry } from './format/read-header.ts'

/** What of a file decides which goes with which: its architecture and the shapes of its tensors, put briefly. */
export interface Shapes {
  architecture: string
  /** Blocks that there are, or that are changed. */
  blocks: number
  /** Numbers of a hidden state; 0 where the file does not tell. */
  width: number
  /**
   * Rows and columns (`768x3072`) of a model's matrices, or of those that a LoRA changes. The number of the block is `*`
   * where all blocks are alike; empty of vectors.
   */
  matrices: Record<string, string>
}

export function shapesOf(header: GgufHeader, kind: 'model' | 'lora' | 'vector', figures: Figures): Shapes {
  const { metadata, tensors } = header
  const hint = metadata.get(kind === 'vector' ? 'controlvector.model_hint' : 'general.architecture')
  const architecture = typeof hint === 'string' ? hint : ''
  if (kind === 'model') {
    return {
      architecture,
      blocks: figureOf(figures, 'block_count', 0) ?? 0,
      width: figureOf(figures, 'embedding_length', 'largest') ?? 0,
      matrices: alike(tensors.filter(({ shape }) => shape.length > 1).map((one) => [one.name, one.shape])),
    }
  }
  const blocks = 1 + Math.max(-1, ...tensors.slice(0, mostLooked).map(({ name }) => blockOf(name)))
  const width = kind === 'vector' ? (tensors[0]?.shape[0] ?? 0) : 0
  return { architecture, blocks, width, matrices: kind === 'lora' ? alike(changedBy(tensors)) : {} }
}

/** Tensors of a LoRA or vector that are looked at to count blocks: more than any has. */
const mostLooked = 50_000

function blockOf(name: string): number {
  return Number(/^(?:blk|direction)\.(\d{1,6})/.exec(name)?.[1] ?? -1)
}

/** The matrices of a model that a LoRA changes, with the shape that it takes them to have. */
function changedBy(tensors: readonly TensorEntry[]): [string, number[]][] {
  const shapes = new Map(tensors.map(({ name, shape }) => [name, shape]))
  return [...shapes].flatMap(([name, a]): [string, number[]][] => {
    const changed = name.endsWith('.lora_a') ? name.slice(0, -'.lora_a'.length) : undefined
    const b = changed === undefined ? undefined : shapes.get(`${changed}.lora_b`)
    if (changed === undefined || b === undefined) return []
    // llama.cpp looks up rows of embeddings: there a LoRA is the other way round.
    const isTurned = changed.startsWith('token_embd.')
    return [[changed, isTurned ? [b[1] ?? 0, a[1] ?? 0] : [a[0] ?? 0, b[1] ?? 0]]]
  })
}

/** Names of blocks that are all alike are one. */
function alike(all: readonly [string, readonly number[]][]): Record<string, string> {
  const groups = new Map<string, [string, string][]>()
  for (const [name, [rows = 0, columns = 0]] of all) {
    const group = name.replace(/^blk\.\d+\./, 'blk.*.')
    const shape = `${rows}x${columns}`
    const members = groups.get(group)
    if (members === undefined) groups.set(group, [[name, shape]])
    else members.push([name, shape])
  }
  return Object.fromEntries(
    [...groups].flatMap(([group, members]): [string, string][] => {
      const shape = members[0]?.[1] ?? ''
      return members.every(([, other]) => other === shape) ? [[group, shape]] : members
    }),
  )
}

/** Whether llama.cpp would take a LoRA or vector for a model: of its architecture, and everything as large as it is there. */
export function fitsModel(added: Shapes, kind: 'lora' | 'vector', model: Shapes): boolean {
  if (added.architecture !== '' && added.architecture !== model.architecture) return false
  if (added.blocks > model.blocks) return false
  if (kind === 'vector') return added.width === model.width
  const names = Object.entries(added.matrices)
  return names.length > 0 && names.every(([name, shape]) => hasMatrix(model.matrices, name, shape))
}

function hasMatrix(matrices: Record<string, string>, name: string, shape: string): boolean {
  const shared = matrices[name.replace(/^blk\.\d+\./, 'blk.*.')]
  if (shared !== undefined) return shared === shape
  if (!name.startsWith('blk.*.')) return matrices[name] === shape
  // Alike where it changes them, though the model has others, too.
  const suffix = name.slice('blk.*.'.length)
  return Object.entries(matrices).some(
    ([own, size]) => size === shape && /^blk\.\d+\./.test(own) && own.endsWith(`.${suffix}`),
  )
}
