import { WoolgatherError, type Coordinate, type Json, type LabelledValue } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { collected, headingOf, overInput } from './collected.ts'

export const best: WoolgatherNode = defineNode({
  type: 'matrix/best',
  version: 1,
  title: 'Best of',
  description: 'Of several values, the one with the best score.',
  reduces: 'over',
  inputs: {
    values: { type: 'any', description: 'What to choose from.', collects: true, passes: 'value' },
    scores: {
      type: 'number',
      description: 'A score for each, over the same axes or some of them.',
      collects: true,
    },
    prefer: {
      type: 'text',
      description: 'Which score is best.',
      schema: z.enum(['highest', 'lowest']).default('highest'),
    },
    over: overInput,
  },
  outputs: {
    value: { type: 'any', description: 'The best value.' },
    score: { type: 'number', description: 'Its score.' },
    labels: { type: 'json', description: 'Where it stood: the value of each axis.' },
  },
  run: ({ values, scores, prefer }) => {
    const winner = bestCell(scores, prefer === 'lowest' ? -1 : 1)
    const value = collected(values, 'values').find((cell) => agree(cell.at, winner.at))
    if (value === undefined) {
      throw new WoolgatherError('node-failed', 'The best score belongs to a value that does not exist.', {
        input: 'scores',
        hint: 'Compute the scores from the values, so that they stand over the same axes.',
      })
    }
    const labels = Object.fromEntries(scores.axes.map((axis) => [axis.label, headingOf(axis, winner.at)]))
    return { value: value.value, score: winner.score, labels }
  },
})

/** The first of the best: among equals the order of the axes decides, so that a re-run chooses the same. */
function bestCell(scores: LabelledValue, sign: 1 | -1): { at: Coordinate; score: number } {
  let winner: { at: Coordinate; score: number } | undefined
  for (const { at, value } of collected(scores, 'scores')) {
    const score = asScore(value)
    if (winner === undefined || sign * score > sign * winner.score) winner = { at, score }
  }
  if (winner === undefined)
    throw new WoolgatherError('node-failed', 'There are no scores.', { input: 'scores' })
  return winner
}

function asScore(value: Json): number {
  const score = typeof value === 'boolean' ? Number(value) : value
  if (typeof score === 'number') return score
  throw new WoolgatherError('invalid-input', `A score must be a number, is ${JSON.stringify(value)}.`, {
    input: 'scores',
  })
}

function agree(a: Coordinate, b: Coordinate): boolean {
  return Object.entries(a).every(([axis, index]) => b[axis] === undefined || b[axis] === index)
}
