import type { DynamicInputs, Json, PortType, Widget } from '@woolgather/workflow'
import type { z } from 'zod'

/**
 * An input of a node: its port type, and the zod schema of a literal (absent: it can only be linked). The schema
 * gives `run` its TypeScript type and, serialised, gives the editor its form; `.default()` and `.optional()` on it
 * say what happens when nothing is given.
 */
export interface InputDefinition<Value = unknown> {
  type: PortType
  title?: string
  description: string
  schema?: z.ZodType<Value>
  /** Takes an ordered list of links; `run` receives an array. */
  multiple?: boolean
  /** Takes the labelled whole instead of running once per coordinate. */
  collects?: boolean
  /** Linked input that `run` asks for by calling it. */
  lazy?: boolean
  widget?: Widget
  advanced?: boolean
}

export interface OutputDefinition {
  type: PortType
  description: string
}

/** What `run` is handed besides its inputs. `Services` is what the node library needs of its host (models, files). */
export interface NodeContext<Services> {
  services: Services
  /** Aborts when the run, this cell or its branch is cancelled. Pass it on to everything that waits. */
  signal: AbortSignal
  /** Seed for this cell where the node has a `seed` input without a value; the same in every cell of the node. */
  seed: number
  /** Reports work that can be counted; `total` 0 where it is unknown. */
  progress: (done: number, total: number, unit: string) => void
  /** Reports text as it is generated. */
  token: (text: string) => void
}

type Inputs = Record<string, InputDefinition>
type Outputs = Record<string, OutputDefinition>

type ValueOf<Input> = Input extends { schema: z.ZodType<infer Value> } ? Value : Json
export type InputValues<I extends Inputs> = {
  [Name in keyof I]: I[Name] extends { multiple: true } ? ValueOf<I[Name]>[] : ValueOf<I[Name]>
}
export type OutputValues<O extends Outputs> = { [Name in keyof O]: Json }

/** A node type: data, plus the function that is handed everything it needs when it runs. */
export interface NodeDefinition<Services = unknown, I extends Inputs = Inputs, O extends Outputs = Outputs> {
  /** `family/name`. */
  type: string
  /** Rises whenever the same inputs may give another output. */
  version: number
  title: string
  description: string
  inputs: I
  outputs: O
  dynamicInputs?: DynamicInputs
  impure?: boolean
  sink?: boolean
  /** `dynamic` holds the values of dynamic inputs by name. */
  run: (
    inputs: InputValues<I> & { dynamic: Record<string, Json> },
    context: NodeContext<Services>,
  ) => Promise<OutputValues<O>> | OutputValues<O>
}
