import type { Json } from '../json/json.ts'
import type { Canvas } from '../links/canvas.ts'
import type { PromptMix } from '../prompt/prompt-mix.ts'
import type { PortType } from './ports.ts'
import type { ChatMessage, LoraRecipe, ModelRecipe, VectorValue } from '../links/recipe.ts'
import type { Table } from '../links/table.ts'

/** Objects that are JSON although their type does not say so, as none of an interface does: checked when a node ran. */
type JsonLike = Json | object

/**
 * What a node gives at an output, by the type of the port. The others (`json`, `any`, and what only the runtime knows:
 * `sampler`, `constraint`) carry any JSON.
 */
interface PortValues {
  text: string
  number: number
  integer: number
  boolean: boolean
  list: readonly JsonLike[]
  table: Table
  messages: readonly ChatMessage[]
  model: ModelRecipe
  lora: LoraRecipe
  vector: VectorValue
  mix: PromptMix
  canvas: Canvas
  file: string
}

/** What a node gives at a port of a type; JSON where the type says no more. */
export type PortValue<Type extends PortType> = Type extends keyof PortValues ? PortValues[Type] : JsonLike
