import { runErrorSchema, schemaOf, type RunError } from '@woolgather/workflow'
import { z } from 'zod'

/** Body of `POST /api/downloads`: a model to fetch, such as one that an import names as missing. */
export interface FetchModelRequest {
  /** `hf:owner/repo/file.gguf`, `hf:owner/repo:Q4_K_M`, or an https address of a GGUF file. */
  source: string
  /** The name workflows know it by, below the first models folder; absent: as the source says. */
  file?: string | undefined
  /** What it must hash to. */
  sha256?: string | undefined
  /** What to do where another file has the name; absent: it is refused with `conflict`, and the file stays. */
  existing?: 'beside' | 'replace' | undefined
}

/** A model being fetched, or fetched lately: `GET /api/downloads`, and told over the socket as it goes on. */
export interface ModelDownload {
  id: string
  source: string
  /** What was asked for by this name; absent where none was given. */
  asked?: string | undefined
  /** As workflows name it; once finished always, and another than was asked for where it was saved beside. */
  file?: string | undefined
  state: 'running' | 'finished' | 'failed' | 'cancelled'
  /** Bytes that are here. */
  done: number
  /** Absent while the other side does not tell. */
  total?: number | undefined
  /** Hash of the finished file, in hexadecimal digits. */
  sha256?: string | undefined
  /** Why it failed. What was fetched is kept: the same request goes on from there. */
  error?: RunError | undefined
  /** Of `file-exists`: the file that stays, and a free name beside it; absent where parts keep their names. */
  conflict?: { file: string; beside?: string | undefined } | undefined
}

export const fetchModelSchema = schemaOf<FetchModelRequest>()(
  z.strictObject({
    source: z.string().min(1).max(2_000),
    file: z
      .string()
      .max(500)
      .regex(/^[^\\]+\.gguf$/i, 'must be a path that ends in .gguf')
      .optional(),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits')
      .optional(),
    existing: z.enum(['beside', 'replace']).optional(),
  }),
)

export const modelDownloadSchema = schemaOf<ModelDownload>()(
  z.object({
    id: z.string(),
    source: z.string(),
    asked: z.string().optional(),
    file: z.string().optional(),
    state: z.enum(['running', 'finished', 'failed', 'cancelled']),
    done: z.number(),
    total: z.number().optional(),
    sha256: z.string().optional(),
    error: runErrorSchema.optional(),
    conflict: z.object({ file: z.string(), beside: z.string().optional() }).optional(),
  }),
)

export const hostsSchema = z.object({ hosts: z.array(z.string()) })
