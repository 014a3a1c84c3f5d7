import type {
  CanvasStep,
  CellWorker,
  ChartData,
  DynamicInputs,
  DynamicOutputs,
  InputDescription,
  Json,
  LabelledValue,
  OutputDescription,
  PortValue,
  Readers,
  Workflow,
} from '@woolgather/workflow'
import type { z } from 'zod'

/**
 * An input of a node: its port type, and the zod schema of a literal (absent: it can only be linked). The schema
 * gives `run` its TypeScript type and, serialised, gives the editor its form; `.default()` and `.optional()` on it
 * say what happens when nothing is given; `.optional().meta({ default })` shows a default that `run` fills in itself.
 * An input is required unless its schema accepts undefined.
 */
export interface InputDefinition<Value = unknown> extends Omit<
  InputDescription,
  'name' | 'title' | 'schema' | 'default' | 'required'
> {
  title?: string
  schema?: z.ZodType<Value>
}

export type OutputDefinition = Omit<OutputDescription, 'name'>

/** What `run` is handed besides its inputs. `Services` is what the node library needs of its host (models, files). */
export interface NodeContext<Services> {
  services: Services
  /** Aborts when the run, this cell or its branch is cancelled. Pass it on to everything that waits. */
  signal: AbortSignal
  /**
   * Aborts when whoever waits has enough: a node with `endsEarly` then ends with what it has so far, as if that were all.
   */
  enough: AbortSignal
  /** Seed for this cell where the node has a `seed` input without a value; the same in every cell of the node. */
  seed: number
  /** Reports work that can be counted; `total` 0 where it is unknown. */
  progress: (done: number, total: number, unit: string) => void
  /** Reports text as it is generated, with the log-probabilities of its tokens where they were asked for. */
  token: (text: string, logprobs?: readonly object[]) => void
  /** Reports how what it does goes, as a chart that takes the place of the one before. */
  chart: (chart: ChartData) => void
  /** Reports what a step of denoising changed on a canvas; step 0 tells what stands there. */
  canvas: (step: CanvasStep) => void
  /** Reports which worker of another machine has the cell, or made its result. */
  taken: (by: CellWorker) => void
  /** Of a loopback zone's ends: which iteration this is, from 0. */
  iteration: number
  /** Where this cell stands, for nodes that name what they write: path of the node, axis id → index. */
  node: string
  at: Readonly<Record<string, number>>
  /** Who reads the output that `asksReaders` names; part of the cache key. */
  readers: Readers
  /** Whether an input has its value from the workflow itself: typed into it, not brought by a link. */
  typed: (input: string) => boolean
  /** The same, or it is one of the values of an axis that are typed into that. */
  written: (input: string) => boolean
  /** The workflow that is run, with the seeds that were drawn in it: for files that carry what made them. */
  workflow: Workflow
}

export type Inputs = Record<string, InputDefinition>
export type Outputs = Record<string, OutputDefinition>

type ValueOf<Input> = Input extends { schema: z.ZodType<infer Value> } ? Value : Json
type ItemOf<Input> = Input extends { lazy: true }
  ? () => Promise<ValueOf<Input>>
  : Input extends { collects: true }
    ? LabelledValue
    : ValueOf<Input>
export type InputValues<I extends Inputs> = {
  [Name in keyof I]: I[Name] extends { multiple: true } ? ItemOf<I[Name]>[] : ItemOf<I[Name]>
}
/** A list of what the port takes where the output is spread along an axis. */
type ValueAt<Output extends OutputDefinition> = Output extends { spreads: true }
  ? readonly PortValue<Output['type']>[]
  : PortValue<Output['type']>
export type OutputValues<O extends Outputs> = { [Name in keyof O]: ValueAt<O[Name]> }

/** How often a failed cell is tried again, and how long it waits first (doubling each time). */
export interface RetryPolicy {
  attempts: number
  delayMs: number
}

/** The package a definition came from, and a hash of its files: joins the cache key. */
export interface NodeOrigin {
  folder: string
  code: string
}

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
  dynamicOutputs?: DynamicOutputs
  impure?: boolean
  sink?: boolean
  /** Literal input that names the axes its collecting inputs reduce; without a value they reduce all. */
  reduces?: string
  zone?: 'start' | 'end'
  /** Output whose readers decide what the node does: who they are comes as `context.readers`. */
  asksReaders?: string
  /** What a button says that ends it early, with what it has so far: it minds `context.enough`. */
  endsEarly?: string
  /** What its cells compete for; the run limits how many cells use each at once. Absent: `default`. */
  resource?: string
  /**
   * Large things that a cell holds while it runs, by name. Cells of one run that hold the same run together; others wait
   * for them to end, so that no more is held than one cell needs. Not where the node has lazy inputs.
   */
  holds?: (inputs: RunInputs<I>) => readonly string[]
  /** A cell that runs longer fails with `timeout`. */
  timeoutMs?: number
  retry?: RetryPolicy
  /** What else decides the output besides the inputs (contents of a file, build of a library): joins the cache key. */
  fingerprint?: (inputs: RunInputs<I>, services: Services) => Json | Promise<Json>
  /** Set where it was loaded from a package, not by whoever writes it. */
  origin?: NodeOrigin
  /** `dynamic` holds the values of dynamic inputs by name. */
  run: (inputs: RunInputs<I>, context: NodeContext<Services>) => Promise<Given<O>> | Given<O>
}

/** What a node gives: its outputs, and those it has besides where it says so (`dynamicOutputs`). */
type Given<O extends Outputs> = OutputValues<O> & Record<string, PortValue<'any'>>

export type RunInputs<I extends Inputs> = InputValues<I> & { dynamic: Record<string, Json> }

/**
 * Declares a node with `inputs` typed from its schemas, and forgets those types afterwards so that definitions
 * can be listed together: `export const upper: NodeDefinition<Services> = defineNode({ … })`.
 */
export function defineNode<Services, const I extends Inputs, const O extends Outputs>(
  definition: NodeDefinition<Services, I, O>,
): NodeDefinition<Services> {
  return definition as unknown as NodeDefinition<Services>
}
