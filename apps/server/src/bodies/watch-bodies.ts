import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { ErrorResponse } from '@woolgather/protocol'

/** Of a body that is alive, on average between two looks: a tenth of a telephone modem. */
const leastBytesPerSecond = 512

/**
 * Ends requests whose body no longer comes, or only in drops; one that is slow and alive may take as long as it needs.
 * A body is given up where two looks in a row saw too little of it.
 * @param interval milliseconds between two looks
 */
export function watchBodies(interval: number): RequestListener {
  const least = (leastBytesPerSecond * interval) / 1_000
  return (request, response) => {
    if (!hasBody(request)) return
    const { socket } = request
    let seen = socket.bytesRead
    let misses = 0
    const look = (): void => {
      if (request.complete) return clearInterval(looking)
      misses = socket.bytesRead - seen < least ? misses + 1 : 0
      seen = socket.bytesRead
      if (misses === 2) giveUp(request, response, interval)
    }
    const looking = setInterval(look, interval)
    const stop = (): void => clearInterval(looking)
    socket.once('close', stop)
    // A connection that is kept alive serves many requests.
    request.once('close', () => {
      stop()
      socket.off('close', stop)
    })
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function giveUp({ socket }: IncomingMessage, response: ServerResponse, interval: number): void {
  if (response.headersSent) return void socket.destroy()
  const seconds = Math.round((2 * interval) / 1_000)
  const message = `The rest of the request did not come: less than ${leastBytesPerSecond} bytes a second for ${seconds} seconds.`
  const error: ErrorResponse = { error: { code: 'timeout', message, hint: 'Send it again.' } }
  response.writeHead(408, { connection: 'close', 'content-type': 'application/json' })
  response.end(JSON.stringify(error), () => socket.destroy())
}
