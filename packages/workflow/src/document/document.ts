import { z } from 'zod'
import { listOf, recordOf } from '../json/bounded.ts'
import { schemaOf } from '../json/same-type.ts'
import { jsonSchema, type Json } from '../json/json.ts'

/** Bounds on a document, each far above honest use, so that hostile or broken files fail fast. */
export const documentLimits = {
  /** 16 MiB of JSON text: a thousand nodes with long prompts stay below 2 MiB. */
  bytes: 16_777_216,
  /** Nesting of JSON values; literals deeper than this are data that belongs in a file. */
  depth: 64,
  /** Keys of one JSON object. */
  keys: 100_000,
  /** With every subgraph laid out, as `links`, `outputs` and `pathCharacters`. */
  nodes: 100_000,
  links: 400_000,
  /** Outputs of subgraphs, wherever they are used. */
  outputs: 200_000,
  /** Outputs of all the nodes that are run for them. */
  targets: 1_000_000,
  /** Characters of all instance paths: each node's is its ids from the outermost subgraph on. */
  pathCharacters: 20_000_000,
  subgraphs: 1_000,
  /** Loops within loops. */
  loopDepth: 32,
  /** Axes one node ranges over. */
  axes: 256,
  nameLength: 200,
} as const

/** One end of a link: the node it comes from and the name of that node's output. */
export type Link = readonly [nodeId: string, output: string]

/** Where and how a node is drawn. For people only: never reaches the engine or a cache key. */
export interface View {
  x: number
  y: number
  width?: number | undefined
  height?: number | undefined
  title?: string | undefined
  color?: string | undefined
  collapsed?: boolean | undefined
  /** Stays where it is when dragged or arranged. */
  pinned?: boolean | undefined
  /** Inputs whose seed is one more with each run that the editor asks for. */
  counting?: string[] | undefined
  /** Points the links into an input are led through, by input: a list for each of its links, in their order. */
  reroutes?: Record<string, Place[][]> | undefined
}

/** A place in the graph, in the units of `View`. */
export interface Place {
  x: number
  y: number
}

export interface WorkflowNode {
  type: string
  /** Version of the node type this node was made with; absent means current. */
  version?: number | undefined
  inputs?: Record<string, Json> | undefined
  links?: Record<string, Link | Link[]> | undefined
  mode?: 'bypass' | 'mute' | undefined
  view?: View | undefined
}

/** A titled frame around nodes; with a text, a note. */
export interface Group {
  title: string
  text?: string | undefined
  x: number
  y: number
  width: number
  height: number
  color?: string | undefined
}

/** A model file a workflow needs, named so that someone else can get the same one. */
export interface RequiredModel {
  file: string
  sha256?: string | undefined
  /** `hf:` URI or https URL. */
  source?: string | undefined
  bytes?: number | undefined
}

/** A part of the form that the app view shows: an input to fill in, or, without `input`, what a node makes. */
export interface AppItem {
  node: string
  input?: string | undefined
  /** What it is called there; absent: as the input or the node. */
  label?: string | undefined
}

export interface Subgraph {
  name: string
  inputs: { name: string; type: string }[]
  outputs: { name: string; type: string; from: Link }[]
  nodes: Record<string, WorkflowNode>
  groups?: Group[] | undefined
  /** Where its inputs and outputs are drawn. */
  view?: { inputs?: Place | undefined; outputs?: Place | undefined } | undefined
}

/** The one workflow format: saved, shared, sent and executed as it stands. */
export interface Workflow {
  format: 'woolgather'
  version: 1
  name: string
  nodes: Record<string, WorkflowNode>
  groups?: Group[] | undefined
  requires?: { models?: RequiredModel[] | undefined } | undefined
  subgraphs?: Record<string, Subgraph> | undefined
  /** The form for people who do not want the graph, in its order. For people only, as `View`. */
  app?: AppItem[] | undefined
}

const name = z.string().min(1).max(documentLimits.nameLength)

const link = z.tuple([name, name])

const place = z.object({ x: z.number(), y: z.number() })

const view = z.object({
  x: z.number(),
  y: z.number(),
  width: z.number().positive().optional(),
  height: z.number().positive().optional(),
  title: z.string().max(documentLimits.nameLength).optional(),
  color: z.string().max(32).optional(),
  collapsed: z.boolean().optional(),
  pinned: z.boolean().optional(),
  counting: listOf(name).optional(),
  reroutes: recordOf(name, listOf(listOf(place))).optional(),
})

const group = z.strictObject({
  title: z.string().max(documentLimits.nameLength),
  text: z.string().optional(),
  x: z.number(),
  y: z.number(),
  width: z.number().positive(),
  height: z.number().positive(),
  color: z.string().max(32).optional(),
})

const node = z.strictObject({
  type: name,
  version: z.int().positive().optional(),
  inputs: recordOf(name, jsonSchema).optional(),
  links: recordOf(name, z.union([link, listOf(link)])).optional(),
  mode: z.enum(['bypass', 'mute']).optional(),
  view: view.optional(),
})

const subgraph = z.strictObject({
  name,
  inputs: listOf(z.strictObject({ name, type: name })),
  outputs: listOf(z.strictObject({ name, type: name, from: link })),
  nodes: recordOf(name, node),
  groups: listOf(group).optional(),
  view: z.object({ inputs: place.optional(), outputs: place.optional() }).optional(),
})

export const workflowSchema: z.ZodType<Workflow> = schemaOf<Workflow>()(
  z.strictObject({
    format: z.literal('woolgather'),
    version: z.literal(1),
    name: z.string().max(documentLimits.nameLength),
    nodes: recordOf(name, node),
    groups: listOf(group).optional(),
    requires: z
      .strictObject({
        models: listOf(
          z.strictObject({
            file: z.string().min(1),
            sha256: z
              .string()
              .regex(/^[0-9a-f]{64}$/)
              .optional(),
            source: z.string().optional(),
            bytes: z.int().nonnegative().optional(),
          }),
        ).optional(),
      })
      .optional(),
    subgraphs: recordOf(name, subgraph).optional(),
    app: listOf(
      z.strictObject({
        node: name,
        input: name.optional(),
        label: z.string().max(documentLimits.nameLength).optional(),
      }),
    ).optional(),
  }),
)
