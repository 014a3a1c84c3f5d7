import { WoolgatherError } from '@woolgather/workflow'

/** A range no model reaches the end of. */
const mostLayers = 10_000

/**
 * Blocks written as `3`, `2-5`, `2-`, `-5` or several of them with commas; empty: all of `from` to `to`. Blocks outside
 * are refused.
 * @throws WoolgatherError invalid-input
 */
export function parseLayers(text: string, from: number, to: number, input: string): number[] {
  if (text.trim() === '') return range(from, to)
  const layers = text.split(',').flatMap((part) => {
    const [, first, dash, last] = /^\s*(\d*)\s*([-–]?)\s*(\d*)\s*$/.exec(part) ?? []
    if (first === undefined || (first === '' && dash === '')) throw notLayers(text, input)
    const start = first === '' ? from : Number(first)
    const end = dash === '' ? start : last === '' ? to : Number(last)
    if (start > end || end > mostLayers) throw notLayers(text, input)
    return range(start, end)
  })
  const outside = layers.find((layer) => layer < from || layer > to)
  if (outside !== undefined) {
    throw new WoolgatherError('invalid-input', `Block ${outside} is not among the blocks ${from} to ${to}.`, {
      input,
      hint: 'Blocks are counted from 0; the first cannot be steered.',
    })
  }
  return [...new Set(layers)].sort((a, b) => a - b)
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
}

function notLayers(text: string, input: string): WoolgatherError {
  return new WoolgatherError('invalid-input', `“${text}” names no blocks.`, {
    input,
    hint: 'Write 3, 2-5, or several with commas. Empty: all.',
  })
}
