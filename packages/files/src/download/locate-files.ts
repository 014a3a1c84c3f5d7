import { posix } from 'node:path'
import { z } from 'zod'
import { WoolgatherError } from '@woolgather/workflow'
import { checkResponse, sendRequest, type HttpOptions } from './http.ts'
import { segmentsOf, type ModelUri } from './parse-uri.ts'

/** One file to download. */
export interface RemoteFile {
  url: URL
  /** Below the models' folder, with `/`. */
  place: string
  /** Does the hub publish its hash? */
  onHub: boolean
  /** Whether it must begin as a GGUF file does. */
  isGguf: boolean
}

export type PlainUri = Exclude<ModelUri, { kind: 'hf-tag' }>
export type TagUri = Extract<ModelUri, { kind: 'hf-tag' }>

/** The files of a model, first part first: more than one where it is split. */
export function locateFiles(uri: string, parsed: PlainUri, endpoint: string): RemoteFile[] {
  if (parsed.kind === 'url') {
    const host = folderOfHost(parsed.url)
    return listParts(segmentsOf(uri, parsed.url).join('/')).map((file) => ({
      url: withPath(parsed.url, file),
      place: posix.join(host, file),
      onHub: false,
      isGguf: true,
    }))
  }
  const { owner, repo, branch, file } = parsed
  return listParts(file).map((part) => ({
    url: hubUrl(endpoint, [owner, repo, 'resolve', branch, ...part.split('/')]),
    place: posix.join(folderOf(parsed), part),
    onHub: true,
    isGguf: true,
  }))
}

/** Where files of a host other than the hub are kept, below the models' folder. */
export function folderOfHost({ host }: URL): string {
  return host.replace(':', '_')
}

/** Where files of a repository are kept, below the models' folder. */
export function folderOf({ owner, repo, branch }: { owner: string; repo: string; branch: string }): string {
  return posix.join(owner, branch === 'main' ? repo : `${repo}@${branch}`)
}

const partName = /-(?<part>\d{5})-of-(?<count>\d{5})\.gguf$/i
/** More parts than any model has. */
const maxParts = 1000

function listParts(file: string): string[] {
  const total = partName.exec(file)?.groups?.['count']
  const count = Number(total)
  if (total === undefined || count < 1 || count > maxParts) return [file]
  return Array.from({ length: count }, (_, index) =>
    file.replace(partName, `-${String(index + 1).padStart(5, '0')}-of-${total}.gguf`),
  )
}

const manifest = z.object({ ggufFile: z.object({ rfilename: z.string() }) })

/** Asks the hub, as llama.cpp does, which file stands for a quantisation. */
export async function findFile(uri: string, parsed: TagUri, http: HttpOptions): Promise<PlainUri> {
  const { owner, repo, tag } = parsed
  const url = hubUrl(http.endpoint, ['v2', owner, repo, 'manifests', tag])
  // The hub names the GGUF file only to clients of this name.
  const response = await sendRequest(url, http, { headers: { 'User-Agent': 'llama-cpp' } })
  if (response.status === 400 || response.status === 404) {
    throw new WoolgatherError('download-failed', `${uri}: ${owner}/${repo} has no GGUF file for ${tag}.`, {
      hint: 'Look at the files of the repository, and name one of them: hf:owner/repo/file.gguf.',
    })
  }
  checkResponse(uri, response)
  const found = manifest.safeParse(await response.json().catch(() => undefined))
  const file = found.data?.ggufFile.rfilename
  if (file !== undefined && isPlainPath(file)) return { kind: 'hf-file', owner, repo, file, branch: 'main' }
  throw new WoolgatherError('download-failed', `${uri}: the answer of ${url.host} names no GGUF file.`, {
    hint: 'Name the file: hf:owner/repo/file.gguf.',
  })
}

export function isPlainPath(path: string): boolean {
  return path.split('/').every((name) => /^[^\\:*?"<>|]+$/.test(name) && name !== '.' && name !== '..')
}

const maxRedirects = 5

/**
 * The sha256 that the hub publishes for a large file, told before it sends one on to where the file lies;
 * `undefined` for small files and servers that publish none.
 */
export async function readPublishedHash(
  uri: string,
  url: URL,
  http: HttpOptions,
): Promise<string | undefined> {
  let at = url
  for (let redirect = 0; redirect <= maxRedirects; redirect++) {
    const response = await sendRequest(at, http, { method: 'HEAD', redirect: 'manual' })
    const linked = /^"?(?<hash>[0-9a-f]{64})"?$/.exec(response.headers.get('x-linked-etag') ?? '')
    if (linked !== null) return linked.groups?.['hash']
    const next = response.headers.get('location')
    if (response.status < 300 || response.status >= 400 || next === null) {
      const knowsHead = response.status !== 405 && response.status !== 501
      if (knowsHead) checkResponse(uri, response)
      return undefined
    }
    at = new URL(next, at)
    if (at.origin !== url.origin) return undefined
  }
  throw new WoolgatherError('download-failed', `${uri}: ${url.host} redirects in circles.`)
}

export function hubUrl(endpoint: string, segments: readonly string[]): URL {
  const base = endpoint.endsWith('/') ? endpoint : `${endpoint}/`
  return new URL(segments.map(encodeURIComponent).join('/'), base)
}

function withPath(url: URL, path: string): URL {
  const other = new URL(url)
  other.pathname = `/${path.split('/').map(encodeURIComponent).join('/')}`
  return other
}
