import { portTypes } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { curves, strengthAt } from './strength-at.ts'

const seedSpace = 2 ** 32

export const start: WoolgatherNode = defineNode({
  type: 'loopback/start',
  version: 1,
  title: 'Loop start',
  description:
    'Begins a loop: hands out its slots, at first as they came in, then as the end of the loop left them.',
  zone: 'start',
  dynamicInputs: { kind: 'slots', from: 'slots' },
  inputs: {
    slots: {
      type: 'json',
      description: 'What goes round: name and type of each slot, for example { "story": "text" }.',
      schema: z.record(z.string(), z.enum(portTypes)),
      widget: 'code',
      language: 'json',
    },
    maximum: {
      type: 'integer',
      description: 'How many iterations there are at most.',
      schema: z.int().min(0).max(100_000),
    },
    strength: {
      type: 'number',
      description: 'Strength of the first iteration.',
      schema: z.number().default(1),
    },
    finalStrength: {
      type: 'number',
      description: 'Strength of the last; without one it stays the same.',
      schema: z.number().optional(),
    },
    curve: {
      type: 'text',
      description: 'How the strength moves from first to last.',
      schema: z.enum(curves).default('linear'),
    },
    seed: {
      type: 'integer',
      description: 'Seed of the first iteration; each has the one after.',
      schema: z
        .int()
        .min(0)
        .max(seedSpace - 1)
        .optional(),
      widget: 'seed',
    },
  },
  outputs: {
    index: { type: 'integer', description: 'Which iteration, from 0.' },
    strength: { type: 'number', description: 'Strength of this iteration.' },
    seed: { type: 'integer', description: 'Seed of this iteration.' },
  },
  run: ({ maximum, strength, finalStrength, curve, seed }, context) => ({
    index: context.iteration,
    strength: strengthAt(context.iteration, maximum, {
      first: strength,
      last: finalStrength ?? strength,
      curve,
    }),
    seed: ((seed ?? context.seed) + context.iteration) % seedSpace,
  }),
})
