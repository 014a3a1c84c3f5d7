import { z } from 'zod'

/** Text that stands, in the tokens it is read as; or a hole of so many tokens. */
export type CanvasPart = { text: string; tokens: number[] } | { hole: number; pattern?: string | undefined }

/** A text with holes, in the tokens of one vocabulary. Its texts, put together, are the text without the holes. */
export type Canvas = {
  kind: 'canvas'
  /** What tells vocabularies apart. */
  vocabulary: string
  parts: CanvasPart[]
}

/** Places of a canvas at most. */
export const mostPlaces = 65_536

const part: z.ZodType<CanvasPart> = z.union([
  z.strictObject({
    text: z.string(),
    tokens: z.array(z.int().nonnegative()).max(mostPlaces),
  }),
  z.strictObject({
    hole: z.int().min(1).max(mostPlaces),
    /** A regular expression that what is filled in matches as a whole. */
    pattern: z.string().max(4_000).optional(),
  }),
])

export const canvasSchema: z.ZodType<Canvas> = z.strictObject({
  kind: z.literal('canvas'),
  vocabulary: z.string().max(200),
  parts: z.array(part).min(1).max(mostPlaces),
})
