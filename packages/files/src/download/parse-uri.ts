import { WoolgatherError } from '@woolgather/workflow'

/** Where a model is to be had. */
export type ModelUri =
  /** `hf:owner/repo/folder/file.gguf#branch` */
  | { kind: 'hf-file'; owner: string; repo: string; file: string; branch: string }
  /** `hf:owner/repo:Q4_K_M`: the file that the repository has for a quantisation. */
  | { kind: 'hf-tag'; owner: string; repo: string; tag: string }
  | { kind: 'url'; url: URL }

const forms =
  'Use hf:owner/repo/file.gguf (with #branch where it is not main), hf:owner/repo:Q4_K_M, or an https address of a .gguf file.'

/** @throws WoolgatherError download-failed */
export function parseModelUri(uri: string): ModelUri {
  if (uri.startsWith('hf:')) return parseHuggingFace(uri)
  const url = URL.canParse(uri) ? new URL(uri) : undefined
  if (url === undefined) throw refuse(uri, 'it is neither an hf: nor an https: address')
  if (!isModelAddressProtocol(url)) {
    throw refuse(uri, `models are not downloaded over ${url.protocol}`)
  }
  if (url.username !== '' || url.password !== '') throw refuse(uri, 'it holds a user name or password')
  for (const segment of segmentsOf(uri, url)) checkSegment(uri, segment)
  checkIsGguf(uri, url.pathname)
  return { kind: 'url', url }
}

/** A folder of a repository on the hub. */
export interface Repository {
  owner: string
  repo: string
  branch: string
  /** From the repository's root down; empty: that itself. */
  folder: readonly string[]
}

/**
 * What `hf:owner/repo[/folder][#branch]` names; undefined where the address is that of a file or a quantisation.
 * @throws WoolgatherError download-failed where a part of it is no name
 */
export function parseRepository(uri: string): Repository | undefined {
  if (!uri.startsWith('hf:') || /\.gguf(#|$)/i.test(uri)) return undefined
  const [path = '', branch = 'main'] = uri.slice('hf:'.length).split('#')
  const [owner = '', repo = '', ...folder] = path.replace(/\/$/, '').split('/')
  if (repo.includes(':')) return undefined
  for (const name of [owner, repo, branch, ...folder]) checkSegment(uri, name)
  return { owner, repo, branch, folder }
}

/** Folders and file name of a URL, decoded. */
export function segmentsOf(uri: string, url: URL): string[] {
  try {
    return url.pathname.slice(1).split('/').map(decodeURIComponent)
  } catch (error) {
    throw refuse(uri, 'its path is not encoded rightly', error)
  }
}

function parseHuggingFace(uri: string): ModelUri {
  const [path = '', branch = 'main'] = uri.slice('hf:'.length).split('#')
  const [owner = '', repoAndTag = '', ...rest] = path.split('/')
  const [repo = '', tag] = repoAndTag.split(':')
  const names = [owner, repo, branch, ...rest, ...(tag === undefined ? [] : [tag])]
  for (const name of names) checkSegment(uri, name)
  if (tag !== undefined) {
    if (rest.length > 0) throw refuse(uri, 'it names both a quantisation and a file')
    return { kind: 'hf-tag', owner, repo, tag }
  }
  if (rest.length === 0) throw refuse(uri, 'it names a repository, but no file or quantisation in it')
  const file = rest.join('/')
  checkIsGguf(uri, file)
  return { kind: 'hf-file', owner, repo, file, branch }
}

/** Segments become folders and files here, on any system. */
function checkSegment(uri: string, segment: string): void {
  const odd = /[\\/:*?"<>|\p{Cc}]/u.test(segment)
  if (segment === '' || segment === '.' || segment === '..' || segment.length > 200 || odd) {
    throw refuse(uri, segment === '' ? 'a part of it is empty' : `${JSON.stringify(segment)} is no file name`)
  }
}

function checkIsGguf(uri: string, path: string): void {
  if (!path.toLowerCase().endsWith('.gguf')) throw refuse(uri, 'it does not end in .gguf')
}

/** https, or http from this machine. */
export function isModelAddressProtocol({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '127.0.0.1' || host === '[::1]'
}

function refuse(uri: string, reason: string, cause?: unknown): WoolgatherError {
  return new WoolgatherError('download-failed', `${uri} is not the address of a model: ${reason}.`, {
    hint: forms,
    cause,
  })
}
