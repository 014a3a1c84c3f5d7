import { WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import { checkResponse, reasonOf, sendRequest, type HttpOptions } from '../download/http.ts'
import { hubEndpoint, hubToken } from '../download/hub-access.ts'
import { quantizationOf } from './quantization-of.ts'

/** A repository with GGUF files. */
export interface HubModel {
  /** `owner/repo` */
  repo: string
  downloads: number
  likes: number
  /** Its licence must be accepted on its page first. */
  gated: boolean
  /** When it was changed last, as ISO 8601; absent where the hub does not tell. */
  updated?: string | undefined
}

/** What a repository offers, to choose a quantisation from. */
export interface HubRepository {
  repo: string
  license?: string | undefined
  /** `general.architecture` of its files. */
  architecture?: string | undefined
  /** Tokens of context. */
  context?: number | undefined
  gated: boolean
  /** Split files count as one; smallest first. */
  files: HubFile[]
}

export interface HubFile {
  /** `hf:owner/repo/path.gguf`, of a split model its first part. */
  source: string
  /** Path in the repository. */
  file: string
  quantization: string
  /** Of all its parts. */
  bytes: number
  parts: number
  /** Of the first part, as the hub publishes it. */
  sha256?: string | undefined
}

/** Answers of the hub are read to here. */
const maxBytes = 8_388_608
const patience = 20_000
const mostFound = 30

const searchSchema = z.array(
  z.object({
    id: z.string(),
    downloads: z.number().optional(),
    likes: z.number().optional(),
    gated: z.union([z.boolean(), z.string()]).optional(),
    lastModified: z.string().optional(),
  }),
)

const repositorySchema = z.object({
  id: z.string(),
  gated: z.union([z.boolean(), z.string()]).optional(),
  cardData: z.object({ license: z.union([z.string(), z.array(z.string())]).optional() }).nullish(),
  gguf: z.object({ architecture: z.string().optional(), context_length: z.number().optional() }).nullish(),
  siblings: z
    .array(
      z.object({
        rfilename: z.string(),
        size: z.number().optional(),
        lfs: z.object({ sha256: z.string().optional(), size: z.number().optional() }).nullish(),
      }),
    )
    .optional(),
})

/** Repositories with GGUF files that a search finds, those most downloaded first. @throws WoolgatherError download-failed */
export async function searchHub(query: string, signal?: AbortSignal): Promise<HubModel[]> {
  const asked = new URLSearchParams({
    search: query,
    filter: 'gguf',
    sort: 'downloads',
    direction: '-1',
    limit: String(mostFound),
  })
  const found = await askHub(`api/models?${asked.toString()}`, searchSchema, signal)
  return found
    .filter(({ id }) => isRepository(id))
    .map(({ id, downloads = 0, likes = 0, gated, lastModified }) => ({
      repo: id,
      downloads,
      likes,
      gated: Boolean(gated),
      updated: lastModified,
    }))
}

/** @throws WoolgatherError download-failed, invalid-input where that is no name of a repository */
export async function readRepository(repo: string, signal?: AbortSignal): Promise<HubRepository> {
  if (!isRepository(repo)) {
    throw new WoolgatherError('invalid-input', `“${repo.slice(0, 100)}” is no repository: write owner/repo.`)
  }
  const found = await askHub(`api/models/${repo}?blobs=true`, repositorySchema, signal)
  const license = [found.cardData?.license ?? []].flat()[0]
  return {
    repo,
    license,
    architecture: found.gguf?.architecture,
    context: found.gguf?.context_length,
    gated: Boolean(found.gated),
    files: filesOf(repo, found.siblings ?? []),
  }
}

type Sibling = NonNullable<z.infer<typeof repositorySchema>['siblings']>[number]

function filesOf(repo: string, siblings: readonly Sibling[]): HubFile[] {
  const files = new Map<string, HubFile>()
  for (const { rfilename: file, size, lfs } of siblings) {
    // What goes with a model and is none: the projector of images, importance matrices.
    if (!/\.gguf$/i.test(file) || /mmproj|imatrix/i.test(file)) continue
    const bytes = lfs?.size ?? size ?? 0
    const [, stem, number] = /^(.*)-(\d{5})-of-\d{5}\.gguf$/i.exec(file) ?? []
    const known = files.get(stem ?? file)
    const isFirst = number === undefined || Number(number) === 1
    const sha256 = isFirst ? lfs?.sha256 : known?.sha256
    files.set(stem ?? file, {
      source: isFirst || known === undefined ? `hf:${repo}/${file}` : known.source,
      file: isFirst || known === undefined ? file : known.file,
      quantization: quantizationOf(file),
      bytes: bytes + (known?.bytes ?? 0),
      parts: 1 + (known?.parts ?? 0),
      ...(sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256) && { sha256 }),
    })
  }
  return [...files.values()].toSorted((a, b) => a.bytes - b.bytes)
}

function isRepository(id: string): boolean {
  return /^[\w][\w.-]{0,95}\/[\w][\w.-]{0,95}$/.test(id) && !id.includes('..')
}

async function askHub<Answer>(
  path: string,
  schema: z.ZodType<Answer>,
  outer: AbortSignal | undefined,
): Promise<Answer> {
  const endpoint = hubEndpoint(process.env)
  const signal = AbortSignal.any([AbortSignal.timeout(patience), ...(outer ? [outer] : [])])
  const http: HttpOptions = { endpoint, token: hubToken(process.env), signal }
  const { host } = new URL(endpoint)
  try {
    const response = await sendRequest(
      new URL(path, endpoint.endsWith('/') ? endpoint : `${endpoint}/`),
      http,
    )
    checkResponse(`https://${host}`, response)
    return readAnswer(await readText(response), schema, host)
  } catch (error) {
    if (error instanceof WoolgatherError) throw error
    throw new WoolgatherError('download-failed', `${host} cannot be reached: ${reasonOf(error)}.`, {
      hint: 'Searching needs a network. Models that are here work without one, and files can be added from this computer.',
      cause: error,
    })
  }
}

/** @throws WoolgatherError download-failed */
function readAnswer<Answer>(text: string, schema: z.ZodType<Answer>, host: string): Answer {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new WoolgatherError('download-failed', `The answer of ${host} is not what Hugging Face gives.`, {
      hint: 'It may be another kind of server: check HF_ENDPOINT.',
      cause,
    })
  }
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).length
    if (bytes > maxBytes) throw new Error(`it is longer than ${maxBytes} bytes`)
    chunks.push(chunk as Uint8Array)
  }
  return Buffer.concat(chunks).toString('utf8')
}
