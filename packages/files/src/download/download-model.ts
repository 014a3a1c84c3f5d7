import { mkdir, rename, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { diskFull, isDiskFull, WoolgatherError } from '@woolgather/workflow'
import { confinePath } from '../paths/confine-path.ts'
import { findByUri, hashFile, hashOf, originOf, writeRecord } from './download-record.ts'
import { discardPart, fetchFile } from './fetch-file.ts'
import { FileExists, freeName, namesBeside, type OnExisting } from './file-exists.ts'
import type { HttpOptions } from './http.ts'
import {
  findFile,
  folderOf,
  locateFiles,
  readPublishedHash,
  type PlainUri,
  type RemoteFile,
  type TagUri,
} from './locate-files.ts'
import { hubEndpoint, hubToken } from './hub-access.ts'
import { withFileLock } from './lock-file.ts'
import { parseModelUri } from './parse-uri.ts'
import { defaultPatience, persist, type Patience } from './persist.ts'

export interface DownloadProgress {
  /** Bytes. */
  done: number
  /** Absent while the server does not tell, or further parts are to come. */
  total: number | undefined
}

export interface DownloadModelInput {
  /** `hf:owner/repo/file.gguf[#branch]`, `hf:owner/repo:Q4_K_M`, or the https address of a GGUF file. */
  uri: string
  /** Folder of models. Files go below it, to owner/repo/file.gguf or host/path/file.gguf. */
  directory: string
  /** Where it goes below `directory` instead, with forward slashes; not for split models. */
  file?: string | undefined
  /** What the file (of a split model: its first part) must hash to, in hex. */
  sha256?: string | undefined
  /** Default: another file of that name stays, and the download is refused with `FileExists`. */
  existing?: OnExisting | undefined
  signal?: AbortSignal | undefined
  /** Called at most ten times a second, and at the end of a file. */
  onProgress?: ((progress: DownloadProgress) => void) | undefined
  /** Hugging Face or a mirror of it; default: HF_ENDPOINT of the environment, or https://huggingface.co. */
  endpoint?: string | undefined
  /** Access token for the endpoint; default: HF_TOKEN of the environment, or the token of `hf auth login`. */
  token?: string | undefined
  patience?: Partial<Patience> | undefined
}

export interface DownloadedModel {
  /** The file, or the first part of a split model. */
  path: string
  /** Size of all its parts. */
  bytes: number
  /** Hash of the file at `path`, in hexadecimal digits. */
  sha256: string
}

/**
 * Downloads a model, unless it is there already; then nothing is asked of the network.
 *
 * A file grows as `NAME.part` and gets its name when it is whole and its hash is right: the one asked for, and the
 * one that Hugging Face publishes. A download that was interrupted, by whatever, goes on where it stopped if the
 * server still has the same file. (node-llama-cpp's downloader gives the file its name before anyone could look
 * at it, and does not ask for the published hash.)
 *
 * @throws WoolgatherError download-failed, file-exists (as `FileExists`), checksum-mismatch, disk-full, cancelled
 */
export function downloadModel(input: DownloadModelInput): Promise<DownloadedModel> {
  return work(input, async (job) => {
    const files = await listFiles(job)
    return downloadAll({ ...job, isSplit: files.length > 1 }, files)
  })
}

/** What is told to download files that a list of them names. `sha256` is that of the first. */
export type ListedDownload = Omit<DownloadModelInput, 'file' | 'existing'>

/** As `downloadModel`, of the files that `list` finds. */
export function downloadListed(
  input: ListedDownload,
  list: (http: HttpOptions) => Promise<RemoteFile[]>,
): Promise<DownloadedModel> {
  return work(input, async (job) =>
    downloadAll({ ...job, isSplit: true }, await tryAgain(job, () => list(job.http))),
  )
}

async function work(
  input: DownloadModelInput,
  act: (job: Job) => Promise<DownloadedModel>,
): Promise<DownloadedModel> {
  const { uri, signal } = input
  try {
    signal?.throwIfAborted()
    return await act(startJob(input))
  } catch (error) {
    if (error instanceof WoolgatherError) throw error
    if (signal?.aborted) {
      throw new WoolgatherError('cancelled', `The download of ${uri} was cancelled`, { cause: error })
    }
    if (isDiskFull(error)) throw diskFull(input.directory, { cause: error })
    const reason = error instanceof Error ? error.message : String(error)
    throw new WoolgatherError('download-failed', `${uri} could not be downloaded: ${reason}.`, {
      cause: error,
    })
  }
}

/** What lies below `directory` of what `uri` names, downloaded before; undefined: nothing. The network is not asked. */
export async function findDownload(directory: string, uri: string): Promise<string | undefined> {
  const parsed = parseModelUri(uri)
  if (parsed.kind === 'hf-tag') {
    return findByUri(join(directory, folderOf({ ...parsed, branch: 'main' })), uri)
  }
  const place = locateFiles(uri, parsed, 'https://huggingface.co')[0]?.place ?? ''
  const file = join(directory, ...place.split('/'))
  return (await stat(file).catch(() => undefined))?.isFile() ? file : undefined
}

interface Job {
  uri: string
  directory: string
  file: string | undefined
  sha256: string | undefined
  existing: OnExisting | undefined
  /** Of several: they keep their names. */
  isSplit: boolean
  http: HttpOptions
  patience: Patience
  onProgress: (progress: DownloadProgress) => void
}

function startJob(input: DownloadModelInput): Job {
  const endpoint = input.endpoint ?? hubEndpoint(process.env)
  if (!URL.canParse(endpoint)) {
    throw new WoolgatherError('download-failed', `The endpoint ${endpoint} is not an address.`, {
      hint: 'Correct HF_ENDPOINT, or leave it out.',
    })
  }
  return {
    uri: input.uri,
    directory: input.directory,
    file: input.file,
    sha256: input.sha256?.toLowerCase(),
    existing: input.existing,
    isSplit: false,
    http: { endpoint, token: input.token ?? hubToken(process.env), signal: input.signal },
    patience: { ...defaultPatience, ...input.patience },
    onProgress: atMostEvery(100, input.onProgress ?? (() => undefined)),
  }
}

async function listFiles(job: Job): Promise<RemoteFile[]> {
  const parsed = parseModelUri(job.uri)
  const plain = parsed.kind === 'hf-tag' ? await resolveTag(job, parsed) : parsed
  const files = locateFiles(job.uri, plain, job.http.endpoint)
  const [first] = files
  if (job.file === undefined || first === undefined || job.file === first.place) return files
  if (files.length > 1) throw cannotPlace(job.uri, first.place)
  return [{ ...first, place: job.file }]
}

function cannotPlace(uri: string, place: string): WoolgatherError {
  return new WoolgatherError('download-failed', `${uri} is split into parts, which keep their names.`, {
    hint: `Name it ${place} in the workflow.`,
  })
}

/** The records beside the files tell what a quantisation was the last time; else the hub does. */
async function resolveTag(job: Job, parsed: TagUri): Promise<PlainUri> {
  const { owner, repo } = parsed
  const folder = join(job.directory, folderOf({ owner, repo, branch: 'main' }))
  const known = await findByUri(folder, job.uri)
  if (known === undefined) return tryAgain(job, () => findFile(job.uri, parsed, job.http))
  return { kind: 'hf-file', owner, repo, file: relative(folder, known).split(sep).join('/'), branch: 'main' }
}

async function downloadAll(job: Job, files: readonly RemoteFile[]): Promise<DownloadedModel> {
  let done = 0
  let first: { path: string; sha256: string } | undefined
  for (const [index, file] of files.entries()) {
    const before = done
    const isLast = index === files.length - 1
    const report = (bytes: number, total: number | undefined): void => {
      const whole = isLast && total !== undefined ? before + total : undefined
      job.onProgress({ done: before + bytes, total: whole })
    }
    const sha256 = index === 0 ? job.sha256 : undefined
    const got = await downloadPart(job, {
      file,
      sha256,
      source: index === 0 ? job.uri : file.url.href,
      report,
    })
    done += got.bytes
    first ??= got
  }
  return { path: first?.path ?? '', bytes: done, sha256: first?.sha256 ?? '' }
}

interface FileJob {
  file: RemoteFile
  sha256: string | undefined
  /** Written into the record. */
  source: string
  report: (bytes: number, total: number | undefined) => void
}

interface LocalFile {
  path: string
  bytes: number
  sha256: string
}

/** Where it is to be saved beside another file: under the first name that is free, or has what is wanted. */
async function downloadPart(job: Job, fileJob: FileJob): Promise<LocalFile> {
  const { file } = fileJob
  if (job.existing !== 'beside' || job.isSplit) return download(job, fileJob)
  for (const place of namesBeside(file.place)) {
    try {
      return await download(job, { ...fileJob, file: { ...file, place } })
    } catch (error) {
      if (!(error instanceof FileExists)) throw error
    }
  }
  throw new FileExists(file.place, undefined)
}

async function download(job: Job, fileJob: FileJob): Promise<LocalFile> {
  await mkdir(job.directory, { recursive: true })
  const path = await confinePath(job.directory, fileJob.file.place)
  await mkdir(dirname(path), { recursive: true })
  return withFileLock(path, job.http.signal, async () => {
    const present = await checkPresent(path, job, fileJob)
    if (present !== undefined) return present
    await checkMayReplace(path, job, fileJob.source)
    const wanted = await agreeOnHash(job, fileJob)
    const part = `${path}.part`
    const { url, isGguf } = fileJob.file
    await fetchFile({ ...job, url, isGguf, part, onProgress: fileJob.report })
    const sha256 = await hashFile(part, job.http.signal)
    if (wanted !== undefined && sha256 !== wanted) {
      await discardPart(part)
      throw mismatch(
        `What ${job.uri} gave`,
        sha256,
        wanted,
        'It may have been damaged on the way: try again.',
      )
    }
    await checkMayReplace(path, job, fileJob.source)
    await rename(part, path)
    await discardPart(part)
    await writeRecord(path, fileJob.source, sha256)
    const { size } = await stat(path)
    fileJob.report(size, size)
    return { path, bytes: size, sha256 }
  })
}

/** The file that is there, if it is the one that is wanted. */
async function checkPresent(
  path: string,
  { existing, http }: Job,
  { sha256: wanted, source }: FileJob,
): Promise<LocalFile | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) return undefined
  // Who chose what to do with another file knows that this is one, unless it came from there.
  if (wanted === undefined && existing !== undefined && (await originOf(path))?.uri !== source)
    return undefined
  const sha256 = await hashOf(path, http.signal)
  return wanted === undefined || wanted === sha256 ? { path, bytes: found.size, sha256 } : undefined
}

/** Another file of that name stays, unless it came from the same place and is as it came, or somebody chose to replace it. */
async function checkMayReplace(path: string, job: Job, source: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined || (job.existing === 'replace' && found.isFile())) return
  if ((await originOf(path))?.uri === source) return
  const name = relative(job.directory, path).split(sep).join('/')
  throw new FileExists(name, job.isSplit ? undefined : await freeName(job.directory, name))
}

/** The hash that the file must have, as far as anyone tells; known to be impossible before a byte is downloaded. */
async function agreeOnHash(job: Job, { file, sha256 }: FileJob): Promise<string | undefined> {
  if (!file.onHub) return sha256
  const published = await tryAgain(job, () => readPublishedHash(job.uri, file.url, job.http))
  if (sha256 !== undefined && published !== undefined && sha256 !== published) {
    const hint = 'The file may have been replaced since the hash was noted: check it, or leave the hash out.'
    throw mismatch(job.uri, published, sha256, hint)
  }
  return sha256 ?? published
}

function tryAgain<T>(job: Job, act: () => Promise<T>): Promise<T> {
  return persist({ uri: job.uri, patience: job.patience, signal: job.http.signal }, act)
}

function mismatch(what: string, found: string, wanted: string, hint: string): WoolgatherError {
  return new WoolgatherError('checksum-mismatch', `${what} has the sha256 ${found}, not ${wanted}.`, { hint })
}

/** Lets calls through that come `milliseconds` after the last one, and those that say it is done. */
function atMostEvery(
  milliseconds: number,
  call: (progress: DownloadProgress) => void,
): (progress: DownloadProgress) => void {
  let last = -Infinity
  return (progress) => {
    const now = performance.now()
    if (now - last < milliseconds && progress.done !== progress.total) return
    last = now
    call(progress)
  }
}
