import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ServedFile {
  content: Buffer
  /** Answers to HEAD with a redirect that tells this hash, as the hub does for large files. */
  publishedHash?: string
  etag?: string
  /** Ignores Range. */
  wholeOnly?: boolean
  /** Closes the connection after so many bytes of each answer, so often. */
  breaks?: { afterBytes: number; times: number }
  /** Sends one byte and then nothing. */
  stalls?: boolean
  /** Answers with a redirect to this address. */
  redirect?: string
  /** Sends without telling how much, and no end. */
  endless?: boolean
  /** Answers with this status so often first. */
  fails?: { status: number; times: number }
}

interface SeenRequest {
  method: string
  path: string
  range: string | undefined
  authorization: string | undefined
}

export interface ModelServer extends AsyncDisposable {
  url: string
  /** By path, with the leading slash. */
  files: Map<string, ServedFile>
  /** By path: a JSON answer. */
  answers: Map<string, unknown>
  requests: SeenRequest[]
}

/** A web server with files that can be slow, break off, or change. */
export async function startModelServer(): Promise<ModelServer> {
  const files = new Map<string, ServedFile>()
  const answers = new Map<string, unknown>()
  const requests: SeenRequest[] = []
  const server = createServer((request, response) => {
    const { method = 'GET', url: path = '/', headers } = request
    requests.push({ method, path, range: headers.range, authorization: headers.authorization })
    const answer = answers.get(path)
    if (answer !== undefined) response.end(JSON.stringify(answer))
    else serve(files.get(path), request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    files,
    answers,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

function serve(file: ServedFile | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (file === undefined) {
    response.writeHead(404).end('not here')
    return
  }
  if (file.fails !== undefined && file.fails.times-- > 0) {
    response.writeHead(file.fails.status).end()
    return
  }
  if (file.redirect !== undefined) {
    response.writeHead(302, { location: file.redirect }).end()
    return
  }
  if (file.endless === true && request.method === 'GET') {
    answerEndlessly(file, response)
    return
  }
  if (request.method === 'HEAD') answerHead(file, response)
  else answerGet(file, request, response)
}

function answerHead(file: ServedFile, response: ServerResponse): void {
  if (file.publishedHash === undefined) response.writeHead(200).end()
  else {
    const headers = { 'X-Linked-Etag': `"${file.publishedHash}"`, Location: 'https://elsewhere.invalid/file' }
    response.writeHead(302, headers).end()
  }
}

function answerGet(file: ServedFile, request: IncomingMessage, response: ServerResponse): void {
  const { content } = file
  const etag = file.etag ?? '"one"'
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]
  const same = request.headers['if-range'] === etag
  const start = asked !== undefined && same && file.wholeOnly !== true ? Number(asked) : 0
  const headers = { ETag: etag, 'Content-Length': content.length - start }
  if (start > 0 && start >= content.length) {
    response.writeHead(416, { 'Content-Range': `bytes */${content.length}` }).end()
    return
  }
  const range = { 'Content-Range': `bytes ${start}-${content.length - 1}/${content.length}` }
  response.writeHead(start > 0 ? 206 : 200, start > 0 ? { ...headers, ...range } : headers)
  const rest = content.subarray(start)
  if (file.stalls === true) response.write(rest.subarray(0, 1))
  else if (file.breaks !== undefined && file.breaks.times-- > 0) {
    response.write(rest.subarray(0, file.breaks.afterBytes), () => response.destroy())
  } else response.end(rest)
}

function answerEndlessly({ content }: ServedFile, response: ServerResponse): void {
  response.writeHead(200)
  const send = (): void => {
    while (!response.destroyed && response.write(content)) continue
  }
  response.on('drain', send).on('error', () => undefined)
  send()
}
