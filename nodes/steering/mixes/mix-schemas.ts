import { chatMessageSchema, promptMixSchema } from '@woolgather/workflow'
import { z } from 'zod'

/** A prompt typed in place, or a mix over a link. */
export const promptOrMixSchema = z.union([z.string(), promptMixSchema])

/** Whatever can be a part of a mix: text, a conversation, or another mix. */
export const mixPartSchema = z.union([z.string(), z.array(chatMessageSchema).min(1), promptMixSchema])
