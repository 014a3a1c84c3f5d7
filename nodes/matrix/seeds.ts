import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'

const seedSpace = 2 ** 32

export const seeds: WoolgatherNode = defineNode({
  type: 'matrix/seeds',
  version: 1,
  title: 'Seeds',
  description: 'An axis of seeds: the same thing several times, each different and each repeatable.',
  inputs: {
    count: { type: 'integer', description: 'How many.', schema: z.int().min(1).max(100_000).default(4) },
    seed: {
      type: 'integer',
      description: 'The first; the others follow it. Without one, a new first seed is drawn for each run.',
      schema: z
        .int()
        .min(0)
        .max(seedSpace - 1)
        .optional(),
      widget: 'seed',
    },
    label: {
      type: 'text',
      description: 'Heading in grids and charts.',
      schema: z.string().default(''),
      advanced: true,
    },
  },
  outputs: { seed: { type: 'integer', description: 'One of the seeds.', spreads: true } },
  run: ({ count, seed }, context) => {
    const first = seed ?? context.seed
    return { seed: Array.from({ length: count }, (_, i) => (first + i) % seedSpace) }
  },
})
