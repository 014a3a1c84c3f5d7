import {
  axisValues,
  WoolgatherError,
  type Coordinate,
  type Json,
  type LabelledAxis,
  type LabelledValue,
} from '@woolgather/workflow'
import { z } from 'zod'

/** The input by which a collecting node is told which axes to reduce. */
export const overInput: { type: 'text'; description: string; schema: z.ZodType<string>; advanced: true } = {
  type: 'text',
  description: 'Ids of the axes to reduce, separated by commas; empty: all of them.',
  schema: z.string().default(''),
  advanced: true,
}

/**
 * The cells of a collected value that came to something, in order. Failed ones are left out: a result from the rest is
 * worth more than none.
 * @throws WoolgatherError upstream-failed where none did: the node is skipped then
 */
export function collected(value: LabelledValue, name: string): { at: Coordinate; value: Json }[] {
  const cells = value.cells.flatMap((cell) => ('value' in cell ? [cell] : []))
  if (cells.length > 0 || value.cells.length === 0) return cells
  throw new WoolgatherError(
    'upstream-failed',
    `none of the ${value.cells.length} cells of \`${name}\` succeeded`,
    {
      input: name,
    },
  )
}

/** How a value of an axis is written as a heading. */
export function headingOf(axis: LabelledAxis, at: Coordinate): string {
  const index = at[axis.id]
  if (index === undefined) return ''
  const value = axisValues(axis, at)[index]
  return value === undefined ? String(index) : typeof value === 'string' ? value : JSON.stringify(value)
}

/** The heading of an axis whose values do not depend on where it is; else their numbers. */
export function headingsOf(axis: LabelledAxis): string[] {
  const lists = Array.isArray(axis.values) ? [axis.values] : Object.values(axis.values)
  const longest = Math.max(0, ...lists.map((list) => list.length))
  return Array.from({ length: longest }, (_, i) =>
    lists.length === 1 ? headingOf(axis, { [axis.id]: i }) : String(i + 1),
  )
}

/** The axis an input names by id or label, else the one at `position` counted from the end. */
export function chooseAxis(
  value: LabelledValue,
  name: string,
  input: string,
  fallback: LabelledAxis | undefined,
): LabelledAxis | undefined {
  if (name === '') return fallback
  const found = value.axes.find((axis) => axis.id === name) ?? value.axes.find((axis) => axis.label === name)
  if (found !== undefined) return found
  const known = value.axes.map((axis) => `\`${axis.id}\``).join(', ')
  throw new WoolgatherError('unknown-axis', `There is no axis \`${name}\` here.`, {
    input,
    hint: known === '' ? 'The value has no axes.' : `Its axes are ${known}.`,
  })
}
