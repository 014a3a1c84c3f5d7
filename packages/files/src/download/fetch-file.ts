import { mkdir, open, readFile, rm, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writeAll, writeWhole } from '@woolgather/disk'
import { z } from 'zod'
import { WoolgatherError } from '@woolgather/workflow'
import { checkResponse, reasonOf, sendRequest, TransientError, type HttpOptions } from './http.ts'
import { persist, type Patience } from './persist.ts'

export interface FetchFileInput {
  /** As messages name the model. */
  uri: string
  url: URL
  /** Whether it must begin as a GGUF file does. */
  isGguf: boolean
  /** The file that grows; what it holds already is kept where the server still has the same file. */
  part: string
  http: HttpOptions
  patience: Patience
  /** Bytes that are here; `undefined` while the server does not tell how many there will be. */
  onProgress: (done: number, total: number | undefined) => void
}

/** Downloads into `part`, going on where it stopped. @throws WoolgatherError download-failed, or the signal's reason */
export async function fetchFile(input: FetchFileInput): Promise<void> {
  await mkdir(dirname(input.part), { recursive: true })
  const { uri, patience, http, part } = input
  await persist({ uri, patience, signal: http.signal, achieved: () => sizeOf(part) }, () => fetchRest(input))
}

async function fetchRest(input: FetchFileInput): Promise<void> {
  const { url, part, http, uri } = input
  const silence = new SilenceWatch(input.patience.silenceMs, http.signal)
  try {
    const from = await resumePoint(input)
    const response = await sendRequest(url, http, { headers: rangeHeaders(from), signal: silence.signal })
    if (response.status === 416) return await acceptIfComplete(input, response)
    checkResponse(uri, response)
    const start = startOf(response, from?.bytes ?? 0)
    const total = totalOf(response, start)
    await checkRoom(input, start, total)
    await writeWhole(notePath(part), JSON.stringify(noteOf(url, response)), { durable: false })
    await append(input, response, { start, total, silence })
  } finally {
    silence.end()
  }
}

/** What tells whether the server still has the file that `part` is the beginning of. */
const noteSchema = z.object({ url: z.string(), validator: z.string().optional() })
type Note = z.infer<typeof noteSchema>

function notePath(part: string): string {
  return `${part}.json`
}

async function resumePoint({
  url,
  part,
}: FetchFileInput): Promise<{ bytes: number; validator: string } | undefined> {
  const bytes = await sizeOf(part)
  if (bytes === 0) return undefined
  const text = await readFile(notePath(part), 'utf8').catch(() => '')
  const note = parseNote(text)
  return note?.url === url.href && note.validator !== undefined
    ? { bytes, validator: note.validator }
    : undefined
}

function parseNote(text: string): Note | undefined {
  try {
    return noteSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

function noteOf(url: URL, response: Response): Note {
  const etag = response.headers.get('etag')
  // A weak tag stands for the same meaning, not the same bytes.
  const validator = etag !== null && !etag.startsWith('W/') ? etag : response.headers.get('last-modified')
  return { url: url.href, ...(validator === null ? {} : { validator }) }
}

function rangeHeaders(from: { bytes: number; validator: string } | undefined): Record<string, string> {
  const plain = { 'Accept-Encoding': 'identity' }
  return from === undefined ? plain : { ...plain, Range: `bytes=${from.bytes}-`, 'If-Range': from.validator }
}

/** Where the answer's bytes belong; the beginning where the server sends the whole file again. */
function startOf(response: Response, wanted: number): number {
  if (response.status !== 206) return 0
  const start = Number(
    /^bytes (?<start>\d+)-/.exec(response.headers.get('content-range') ?? '')?.groups?.['start'],
  )
  if (start === wanted) return start
  throw new TransientError('the server sent another part of the file than was asked for')
}

function totalOf(response: Response, start: number): number | undefined {
  const length = response.headers.get('content-length')
  return length === null ? undefined : start + Number(length)
}

/** The range began at the end of the file, or the file is another one now. */
async function acceptIfComplete({ part }: FetchFileInput, response: Response): Promise<void> {
  const total = /^bytes \*\/(?<total>\d+)$/.exec(response.headers.get('content-range') ?? '')?.groups?.[
    'total'
  ]
  if (Number(total) === (await sizeOf(part))) return
  await discardPart(part)
  throw new TransientError('the file changed on the server')
}

async function checkRoom(
  { uri, part }: FetchFileInput,
  start: number,
  total: number | undefined,
): Promise<void> {
  if (total === undefined) return
  const needed = total - start
  const { free, spare } = await roomFor(part)
  if (needed + spare <= free) return
  throw new WoolgatherError(
    'disk-full',
    `${uri} needs ${megabytes(needed)} more on the disk of ${dirname(part)}, but ${megabytes(free)} are free, of which ${megabytes(spare)} must stay so.`,
    { hint: 'Free some space, or keep models elsewhere.' },
  )
}

/** Bytes that stay free on a disk, as where models are made; of a small disk a part. */
const spareBytes = 1 << 27
const spareShare = 0.1

async function roomFor(part: string): Promise<{ free: number; spare: number }> {
  const { bavail, blocks, bsize } = await statfs(dirname(part))
  return { free: bavail * bsize, spare: Math.min(spareBytes, spareShare * blocks * bsize) }
}

/** Bytes written between two looks at what is free. */
const lookEvery = 1 << 22

/** Looks, as a file grows, whether there still is room: others write to the disk, too, or nobody told how large it will be. */
class RoomWatch {
  readonly #input: FetchFileInput
  #unlooked = Infinity

  constructor(input: FetchFileInput) {
    this.#input = input
  }

  /**
   * @param left bytes still to come; undefined where that is not known: then what was written cannot be gone on with
   * @throws WoolgatherError disk-full
   */
  async check(bytes: number, left: number | undefined): Promise<void> {
    this.#unlooked += bytes
    if (this.#unlooked < lookEvery) return
    this.#unlooked = 0
    const { uri, part } = this.#input
    const { free, spare } = await roomFor(part)
    if (free >= spare + Math.min(lookEvery, left ?? lookEvery)) return
    if (left === undefined) await discardPart(part)
    const size = left === undefined ? ', and the server does not tell how large it will be' : ''
    throw new WoolgatherError(
      'disk-full',
      `${uri} fills the disk of ${dirname(part)}${size}: ${megabytes(spare)} must stay free.`,
      { hint: 'Check the address. If it is right, free some space, or keep models elsewhere.' },
    )
  }
}

async function append(
  input: FetchFileInput,
  response: Response,
  { start, total, silence }: { start: number; total: number | undefined; silence: SilenceWatch },
): Promise<void> {
  const file = await open(input.part, start === 0 ? 'w' : 'a')
  let done = start
  const room = new RoomWatch(input)
  try {
    for await (const chunk of readBody(response, input.http.signal)) {
      silence.heard()
      if (done === 0 && input.isGguf) checkIsGguf(input.uri, chunk)
      await room.check(chunk.length, total === undefined ? undefined : total - done)
      await writeAll(file, chunk)
      done += chunk.length
      input.onProgress(done, total)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  if (total !== undefined && done !== total) throw new TransientError('the connection ended early')
}

async function* readBody(
  response: Response,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of response.body ?? []) yield chunk as Uint8Array
  } catch (error) {
    if (signal?.aborted) throw error
    throw new TransientError(`the connection broke: ${reasonOf(error)}`, { cause: error })
  }
}

function checkIsGguf(uri: string, chunk: Uint8Array): void {
  const start = Buffer.from(chunk.subarray(0, 4)).toString('latin1')
  if ('GGUF'.startsWith(start)) return
  throw new WoolgatherError('download-failed', `${uri}: what the server sends is not a GGUF file.`, {
    hint: 'The address may be that of a web page about the file: use the download link.',
  })
}

export async function discardPart(part: string): Promise<void> {
  await rm(part, { force: true })
  await rm(notePath(part), { force: true })
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`
}

/** Aborts a connection over which nothing comes. */
class SilenceWatch {
  readonly signal: AbortSignal
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout

  constructor(limitMs: number, outer: AbortSignal | undefined) {
    const silent = new Error(`nothing came for ${limitMs / 1000} seconds`)
    this.#timer = setTimeout(() => this.#controller.abort(silent), limitMs)
    this.signal =
      outer === undefined ? this.#controller.signal : AbortSignal.any([outer, this.#controller.signal])
  }

  heard(): void {
    this.#timer.refresh()
  }

  end(): void {
    clearTimeout(this.#timer)
  }
}
