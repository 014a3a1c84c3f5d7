import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** As much of S3 as artifacts need, in memory, with one bucket and one user; not what Amazon runs. */
export interface S3StandIn extends AsyncDisposable {
  /** What clients of AWS are told by. */
  env: Record<string, string>
  objects: Map<string, Buffer>
  /** Breaks off in the middle of the next object that is read. */
  breakOff: () => void
  /** As a proxy answers that does not know where to. */
  leadNowhere: () => void
}

export const bucket = 'wool'
const user = { id: 'AKIASTANDIN', secret: 'what the stand-in does not check' }

export async function startS3(): Promise<S3StandIn> {
  const objects = new Map<string, Buffer>()
  let isThere = true
  let breaksOff = false
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refuse = (status: number, code: string): void => {
      const body = `<Error><Code>${code}</Code><Message>${code}</Message></Error>`
      response.writeHead(status, { 'content-type': 'application/xml' })
      response.end(request.method === 'HEAD' ? undefined : body)
    }
    const [, name = '', ...rest] = new URL(request.url ?? '/', 'http://s3').pathname.split('/')
    const key = rest.join('/')
    const body = await buffer(request)
    if (!request.headers.authorization?.includes(`Credential=${user.id}/`)) return refuse(403, 'AccessDenied')
    if (!isThere) return refuse(404, 'NotFound')
    if (name !== bucket) return refuse(404, 'NoSuchBucket')
    if (key === '') return void response.end()
    if (request.method === 'PUT') {
      objects.set(key, body)
      return void response.end()
    }
    const found = objects.get(key)
    if (found === undefined) return refuse(404, 'NoSuchKey')
    response.writeHead(200, { 'content-length': found.length })
    if (breaksOff && request.method === 'GET') {
      breaksOff = false
      response.write(found.subarray(0, 1), () => response.destroy())
    } else response.end(request.method === 'HEAD' ? undefined : found)
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    env: {
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: user.id,
      AWS_SECRET_ACCESS_KEY: user.secret,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    objects,
    breakOff: () => void (breaksOff = true),
    leadNowhere: () => void (isThere = false),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
