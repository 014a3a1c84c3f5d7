import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { schemaOf } from '@woolgather/workflow'
import { z } from 'zod'

/** Where a worker process writes its signs of life, apart from what it says and what its libraries print. */
export const signsFd = 4

/** A cell of a run. */
export interface HeldCell {
  run: string
  node: string
  at: Record<string, number>
}

/** What a thread of a worker process tells about twice a second, a JSON line each. */
export interface SignOfLife {
  /** The main thread does something and lets nothing else have its turn; `cell`: what began last and has not ended. */
  held?: { cell?: HeldCell | undefined } | undefined
}

const signSchema = schemaOf<SignOfLife>()(
  z.object({
    held: z
      .object({
        cell: z
          .object({ run: z.string(), node: z.string(), at: z.record(z.string(), z.int().nonnegative()) })
          .optional(),
      })
      .optional(),
  }),
)

/** Lines that are no sign are passed over: code in the process can write here too. */
export function readSigns(stream: Readable, onSign: (sign: SignOfLife) => void): void {
  // Broken by the end of the process, which is told elsewhere.
  stream.on('error', () => {})
  createInterface({ input: stream }).on('line', (line) => {
    const sign = signSchema.safeParse(parseJson(line))
    if (sign.success) onSign(sign.data)
  })
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
