import { z } from 'zod'
import { jsonSchema, type Json } from '../json/json.ts'
import { schemaOf } from '../json/same-type.ts'
import { portTypes, type PortType } from './ports.ts'

/** How the editor lets a person type a literal. Absent: chosen from the type and schema. */
const widgets = [
  'text',
  'textarea',
  'slider',
  'seed',
  'file',
  'model',
  'lora',
  'vector',
  'code',
  'none',
] as const
export type Widget = (typeof widgets)[number]

/**
 * What the text of a `code` input is written in. `template`: words with `{{gaps}}`. `prompt`: AUTOMATIC1111's weights.
 * Three say what a text must match, and are compiled while one types: `regex`, `grammar` (GBNF, or Lark where the input
 * `notation` beside it says so, from the rule that `start` names) and `json-schema`.
 * `values` is a list with ranges, read as the input `type` beside it says.
 */
const codeLanguages = [
  'json',
  'json-schema',
  'yaml',
  'regex',
  'grammar',
  'prompt',
  'template',
  'jinja',
  'values',
] as const
export type CodeLanguage = (typeof codeLanguages)[number]

/** What editor, server and CLI know about an input of a node. Serialised from the node's definition. */
export interface InputDescription {
  name: string
  title: string
  description: string
  type: PortType
  /** JSON Schema of a literal; absent where an input can only be linked. */
  schema?: Json
  default?: Json
  required: boolean
  /** Takes an ordered list of links (merge inputs, join); `run` receives an array. */
  multiple?: boolean
  /** Takes the labelled whole instead of running once per coordinate; `run` receives a `LabelledValue`. */
  collects?: boolean
  /** Evaluated only when `run` asks for it by calling it (switch, if): `await inputs.name()`. */
  lazy?: boolean
  /** Name of the output that hands on what comes in here, or an item of it, as it is. */
  passes?: string
  /** It is the most tokens that are written in answer to what comes in at the other inputs. */
  limitsTokens?: boolean
  /** It names a file that the node writes. */
  saves?: boolean
  /** What a link that could go to several inputs is meant for: the prompt, not the system prompt. */
  main?: boolean
  widget?: Widget
  /** With the widget `code`: what it is coloured as. */
  language?: CodeLanguage
  /** Folded away in the editor until asked for. */
  advanced?: boolean
}

export interface OutputDescription {
  name: string
  type: PortType
  description: string
  /** The node gives a list: its items are spread along an axis of the node's own, one index each. */
  spreads?: boolean
  /**
   * Input whose items it gives, every one, whatever else goes on: what is typed into that counts as written by the author
   * also where it is read over a link.
   */
  itemsOf?: string
  /** It is a list of what may not be meant as it is, sentences or warnings with a code: told wherever a run is told, wired or not. */
  warns?: boolean
}

/**
 * Ports that follow from a literal input, so that validating needs no code of the node.
 * `placeholders`: each `{{name}}` in the text of input `from` is an input of that `type`.
 * `slots`: each `name: type` in the literal `from` is an input and an output (loopback/start).
 * `zone-slots`: the slots of the loopback/start that the literal `from` names, each as an input, an output and
 * `history.<slot>` (loopback/end).
 */
export type DynamicInputs =
  | { kind: 'placeholders'; from: string; type: PortType }
  | { kind: 'slots'; from: string }
  | { kind: 'zone-slots'; from: string }

/** Any output name is accepted and has this type; whether it exists is known once the node ran (columns of a file). */
export interface DynamicOutputs {
  kind: 'open'
  type: PortType
  spreads?: boolean
}

/** A node type as data: what crosses to editor and server, and all that `validate` is given. */
export interface NodeDescription {
  /** `family/name`, e.g. `generation/generate`. */
  type: string
  version: number
  title: string
  description: string
  family: string
  inputs: InputDescription[]
  outputs: OutputDescription[]
  dynamicInputs?: DynamicInputs
  dynamicOutputs?: DynamicOutputs
  /** Its output may differ each time it runs: never cached. */
  impure?: boolean
  /** Runs for its effect or to be looked at (preview, save): drawn as an end of the graph. */
  sink?: boolean
  /** Literal input naming the axes (ids of the nodes that made them) its collecting inputs reduce; empty: all. */
  reduces?: string
  /** One end of a loopback zone. */
  zone?: 'start' | 'end'
  /** Output whose readers decide what the node does: planning finds out who they are (`PlanNode.readers`). */
  asksReaders?: string
  /** What a button says that ends it early, with what it has so far; absent: it cannot. */
  endsEarly?: string
}

const portType = z.enum(portTypes)

const inputSchema: z.ZodType<InputDescription> = schemaOf<InputDescription>()(
  z.object({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    type: portType,
    schema: jsonSchema.optional(),
    default: jsonSchema.optional(),
    required: z.boolean(),
    multiple: z.boolean().optional(),
    collects: z.boolean().optional(),
    lazy: z.boolean().optional(),
    passes: z.string().optional(),
    limitsTokens: z.boolean().optional(),
    main: z.boolean().optional(),
    saves: z.boolean().optional(),
    widget: z.enum(widgets).optional(),
    language: z.enum(codeLanguages).optional(),
    advanced: z.boolean().optional(),
  }),
)

const outputSchema: z.ZodType<OutputDescription> = schemaOf<OutputDescription>()(
  z.object({
    name: z.string(),
    type: portType,
    description: z.string(),
    spreads: z.boolean().optional(),
    itemsOf: z.string().optional(),
    warns: z.boolean().optional(),
  }),
)

const dynamicInputsSchema: z.ZodType<DynamicInputs> = schemaOf<DynamicInputs>()(
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('placeholders'), from: z.string(), type: portType }),
    z.object({ kind: z.literal('slots'), from: z.string() }),
    z.object({ kind: z.literal('zone-slots'), from: z.string() }),
  ]),
)

const dynamicOutputsSchema: z.ZodType<DynamicOutputs> = schemaOf<DynamicOutputs>()(
  z.object({ kind: z.literal('open'), type: portType, spreads: z.boolean().optional() }),
)

export const nodeDescriptionSchema: z.ZodType<NodeDescription> = schemaOf<NodeDescription>()(
  z.object({
    type: z.string(),
    version: z.number(),
    title: z.string(),
    description: z.string(),
    family: z.string(),
    inputs: z.array(inputSchema),
    outputs: z.array(outputSchema),
    dynamicInputs: dynamicInputsSchema.optional(),
    dynamicOutputs: dynamicOutputsSchema.optional(),
    impure: z.boolean().optional(),
    sink: z.boolean().optional(),
    reduces: z.string().optional(),
    zone: z.enum(['start', 'end']).optional(),
    asksReaders: z.string().optional(),
    endsEarly: z.string().optional(),
  }),
)
