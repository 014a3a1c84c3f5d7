import type { ControlVector } from '@woolgather/llama'
import { vectorSchema, WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import { choiceOf } from '../../services/choice.ts'
import { defineNode, type WoolgatherNode } from '../../services/services.ts'
import { addMeasured, scaleMeasured } from './measured-strength.ts'
import { readVectorValue, vectorValue } from './vector-value.ts'

export const vectorMath: WoolgatherNode = defineNode({
  type: 'steering/vector-math',
  version: 1,
  title: 'Vector math',
  description: 'Control vectors added, subtracted, multiplied and divided. A sum at strength 1 is each at 1.',
  inputs: {
    a: { type: 'vector', title: 'A', description: 'A vector.', schema: vectorSchema, widget: 'none' },
    operation: {
      type: 'text',
      title: 'Operation',
      description: 'A + B, A − B, A × number, A ÷ number.',
      schema: choiceOf(['+', '-', '×', '÷'], '+', { '−': '-', '*': '×', '/': '÷' }),
    },
    b: {
      type: 'vector',
      title: 'B',
      description: 'Another of the same model.',
      schema: vectorSchema.optional(),
      widget: 'none',
    },
    number: {
      type: 'number',
      title: 'Number',
      description: 'What to multiply or divide by; times this, B is added or subtracted.',
      schema: z.number().default(1),
    },
  },
  outputs: { vector: { type: 'vector', description: 'The result.' } },
  run: ({ a, operation, b, number }) => {
    const left = readVectorValue(a)
    if (operation === '×') return { vector: vectorValue(scale(left, number)) }
    if (operation === '÷') return { vector: vectorValue(scale(left, 1 / notZero(number))) }
    if (b === undefined) {
      throw new WoolgatherError('missing-input', `A ${operation} B needs a B.`, { input: 'b' })
    }
    return { vector: vectorValue(add(left, scale(readVectorValue(b), operation === '+' ? number : -number))) }
  },
})

function notZero(number: number): number {
  if (number !== 0) return number
  throw new WoolgatherError('invalid-input', 'A vector cannot be divided by 0.', { input: 'number' })
}

function scale({ architecture, directions, measured }: ControlVector, factor: number): ControlVector {
  const scaled = [...directions].map(([layer, direction]): [number, Float32Array] => [
    layer,
    direction.map((value) => value * factor),
  ])
  return { architecture, directions: new Map(scaled), measured: measured && scaleMeasured(measured, factor) }
}

/** Where only one of them has a direction, it stays. */
function add(a: ControlVector, b: ControlVector): ControlVector {
  refuseOtherModel(a, b)
  const directions = new Map(a.directions)
  for (const [layer, direction] of b.directions) {
    const own = directions.get(layer)
    directions.set(
      layer,
      own === undefined ? direction : own.map((value, index) => value + direction[index]!),
    )
  }
  return {
    architecture: a.architecture ?? b.architecture,
    directions,
    measured: a.measured && b.measured && addMeasured(a.measured, b.measured),
  }
}

function refuseOtherModel(a: ControlVector, b: ControlVector): void {
  const [left, right] = [a, b].map(({ directions }) => [...directions.values()][0]?.length)
  const known = a.architecture !== undefined && b.architecture !== undefined
  if (left === right && !(known && a.architecture !== b.architecture)) return
  const said = (vector: ControlVector, size: number | undefined): string =>
    `${vector.architecture ?? 'unknown'} models with ${size ?? 0} numbers a block`
  throw new WoolgatherError('vector-mismatch', `A is for ${said(a, left)}, B for ${said(b, right)}.`, {
    input: 'b',
    hint: 'Only vectors of one model can be added.',
  })
}
