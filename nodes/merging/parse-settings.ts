import { WoolgatherError, type MergeParameter } from '@woolgather/workflow'

/**
 * A setting of each model, as people write it: `0.5, 0.5` gives each a number (one number: all models). With a line
 * for each model, a line may be a gradient from the first layer to the last, `0 0.5 1`, and may differ by names of
 * tensors, `attn: 0.2; mlp: 0 1; 0.5`.
 *
 * @returns undefined for each model that has none
 * @throws WoolgatherError invalid-input
 */
export function parseSettings(text: string, models: number, input: string): (MergeParameter | undefined)[] {
  const lines = text.split('\n').map((line) => line.trim())
  const given = lines.filter((line) => line !== '')
  if (given.length === 0) return Array.from({ length: models }, () => undefined)
  const isPerLine = given.length > 1 || /[:;]/.test(text)
  const settings = isPerLine ? given.map((line) => parseLine(line, input)) : readNumbers(given[0]!, input)
  if (settings.length === models) return settings
  if (settings.length === 1 && !isPerLine) return Array.from({ length: models }, () => settings[0])
  throw new WoolgatherError(
    'invalid-input',
    `There are ${settings.length} for ${models} model${models === 1 ? '' : 's'}.`,
    { input, hint: 'Write one for each model, in the order of the links: 0.5, 0.5.' },
  )
}

function parseLine(line: string, input: string): MergeParameter {
  const parts = line
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  const filtered = parts.map((part) => {
    const [, filter, values = ''] = /^(?:([^:]*):)?(.*)$/.exec(part) ?? []
    return { ...(filter !== undefined && { filter: filter.trim() }), value: readValue(values, input) }
  })
  const [first] = filtered
  return filtered.length === 1 && first?.filter === undefined ? first!.value : filtered
}

function readValue(text: string, input: string): number | number[] {
  const numbers = readNumbers(text, input)
  return numbers.length === 1 ? numbers[0]! : numbers
}

function readNumbers(text: string, input: string): number[] {
  const numbers = text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map(Number)
  if (numbers.length > 0 && numbers.every(Number.isFinite)) return numbers
  throw new WoolgatherError('invalid-input', `“${text.trim()}” is no number, and no list of numbers.`, {
    input,
    hint: 'Write a number for each model, 0.5, 0.5; or a line for each: 0 0.5 1 from the first layer to the last, attn: 0.2; 0.5 by name of tensor.',
  })
}
