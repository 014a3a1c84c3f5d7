import { schemaOf } from '@woolgather/workflow'
import { z } from 'zod'

/** A repository of Hugging Face with GGUF files. */
export interface HubModel {
  /** `owner/repo` */
  repo: string
  downloads: number
  likes: number
  /** Its licence must be accepted on its page first. */
  gated: boolean
  /** When it was changed last, as ISO 8601. */
  updated?: string | undefined
}

/** What a repository offers. */
export interface HubRepository {
  repo: string
  license?: string | undefined
  architecture?: string | undefined
  /** Tokens of context. */
  context?: number | undefined
  gated: boolean
  /** Smallest first. */
  files: HubFile[]
}

export interface HubFile {
  /** What it is downloaded by: `hf:owner/repo/path.gguf`. */
  source: string
  file: string
  /** As its name says, such as `Q4_K_M`; empty where it does not. */
  quantization: string
  /** Of all its parts. */
  bytes: number
  parts: number
  sha256?: string | undefined
  /** Whether this machine has the memory for it. */
  fits: boolean
  /** The one to take here: the best that leaves memory for its context and another model. */
  recommended?: boolean | undefined
}

/** `GET /api/machine`: what models are loaded into, and where what is made and kept lies. */
export interface Machine {
  /** Bytes of memory: of the machine or its container, free now, and what models may take. */
  memory: { total: number; free: number; models: number }
  /** Whether the one who asks is on the machine itself, and may name paths of it. */
  local: boolean
  folders: { what: 'models' | 'output' | 'data'; path: string; free: number }[]
  /** Other places in which models are looked for, and that are there. */
  places: { source: string; path: string }[]
}

export const hubModelSchema = schemaOf<HubModel>()(
  z.object({
    repo: z.string(),
    downloads: z.number(),
    likes: z.number(),
    gated: z.boolean(),
    updated: z.string().optional(),
  }),
)

export const hubRepositorySchema = schemaOf<HubRepository>()(
  z.object({
    repo: z.string(),
    license: z.string().optional(),
    architecture: z.string().optional(),
    context: z.number().optional(),
    gated: z.boolean(),
    files: z.array(
      z.object({
        source: z.string(),
        file: z.string(),
        quantization: z.string(),
        bytes: z.number(),
        parts: z.int(),
        sha256: z.string().optional(),
        fits: z.boolean(),
        recommended: z.boolean().optional(),
      }),
    ),
  }),
)

export const machineSchema = schemaOf<Machine>()(
  z.object({
    memory: z.object({ total: z.number(), free: z.number(), models: z.number() }),
    local: z.boolean(),
    folders: z.array(
      z.object({ what: z.enum(['models', 'output', 'data']), path: z.string(), free: z.number() }),
    ),
    places: z.array(z.object({ source: z.string(), path: z.string() })),
  }),
)
