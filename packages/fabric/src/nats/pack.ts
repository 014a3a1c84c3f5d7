import { WoolgatherError, type Json } from '@woolgather/workflow'
import { artifactsVariable } from '../artifacts/s3.ts'
import { mostBytes, type Artifacts } from '../interface/fabric.ts'

/** Begins what says where the message lies; no JSON does. */
const reference = '@'

export interface Packer {
  pack: (message: Json) => Promise<Uint8Array>
  /** @throws WoolgatherError invalid-json where somebody else wrote it; not-found where what it refers to is nowhere */
  unpack: (bytes: Uint8Array) => Promise<Json>
}

/** JSON as bytes, and what is larger than a message may be as a reference to an artifact. */
export function createPacker(artifacts: Artifacts, maxPayload: number): Packer {
  // Subject and headers count, too.
  const most = maxPayload * 0.75
  return {
    async pack(message) {
      const bytes = new TextEncoder().encode(JSON.stringify(message))
      if (bytes.length > mostBytes)
        throw new WoolgatherError(
          'request-too-large',
          `A message of ${bytes.length} bytes is too large: at most ${mostBytes} go from machine to machine.`,
        )
      if (bytes.length <= most) return bytes
      return new TextEncoder().encode(reference + (await artifacts.put(bytes)))
    },
    async unpack(bytes) {
      const text = new TextDecoder().decode(bytes)
      if (!text.startsWith(reference)) return parse(text)
      const hash = text.slice(reference.length)
      const kept = await artifacts.get(hash)
      if (kept === undefined)
        throw new WoolgatherError('not-found', `There is no artifact ${hash}.`, {
          hint: `Servers and workers of one fabric must have the same ${artifactsVariable}.`,
        })
      return parse(new TextDecoder().decode(kept))
    },
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch (cause) {
    throw new WoolgatherError('invalid-json', 'What lies in NATS for Woolgather is no JSON.', {
      hint: 'Something else writes to the same subjects: it is passed over.',
      cause,
    })
  }
}
