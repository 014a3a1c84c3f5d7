import { MergeError } from '../errors/merge-error.ts'

/** A setting of a merge method, under mergekit's name for it. */
export type ParameterDefinition =
  | {
      type: 'number'
      /** Must be given where absent. */
      default?: number
      min?: number
      max?: number
      /** `min` itself is out of range. */
      above?: true
      description: string
    }
  | { type: 'flag'; default: boolean; description: string; ignored?: true }

/** A flag that mergekit's files may have, and that changes nothing here. */
export const ignoredFlag: ParameterDefinition = {
  type: 'flag',
  default: false,
  description: 'Known to mergekit; without effect here.',
  ignored: true,
}

export type ParameterDefinitions = Readonly<Record<string, ParameterDefinition>>
export type ParameterValues = Readonly<Record<string, number | boolean>>

/** Settings found to be known, complete and in range, defaults filled in. */
export class Parameters {
  readonly #shared: ParameterValues
  readonly #models: readonly ParameterValues[]

  constructor(shared: ParameterValues, models: readonly ParameterValues[]) {
    this.#shared = shared
    this.#models = models
  }

  number(name: string): number {
    return Number(this.#shared[name])
  }

  flag(name: string): boolean {
    return this.#shared[name] === true
  }

  /** One number for each model. */
  each(name: string): number[] {
    return this.#models.map((values) => Number(values[name]))
  }
}

/**
 * Checks settings against their definitions.
 * @throws MergeError merge-parameter
 */
export function checkParameters(
  definitions: ParameterDefinitions,
  values: ParameterValues,
  where: string,
): ParameterValues {
  for (const name of Object.keys(values)) {
    if (definitions[name] === undefined) {
      const known = Object.keys(definitions)
      throw new MergeError('merge-parameter', `${where} has no setting ${name}`, {
        hint: known.length === 0 ? 'It has none.' : `It has ${known.join(', ')}.`,
      })
    }
  }
  const entries = Object.entries(definitions)
  return Object.fromEntries(
    entries.map(([name, definition]) => [name, check(name, definition, values[name], where)]),
  )
}

function check(
  name: string,
  definition: ParameterDefinition,
  given: number | boolean | undefined,
  where: string,
): number | boolean {
  const value = given ?? definition.default
  if (value === undefined)
    throw new MergeError('merge-parameter', `${where} needs ${name}`, { hint: definition.description })
  if (definition.type === 'flag') {
    if (typeof value === 'boolean') return value
    throw new MergeError('merge-parameter', `${name} of ${where} is ${value}; it must be true or false`)
  }
  if (typeof value === 'number' && isInRange(value, definition)) return value
  throw new MergeError(
    'merge-parameter',
    `${name} of ${where} is ${value}; it must be ${['a number', nameRange(definition)].filter(Boolean).join(', ')}`,
  )
}

type NumberDefinition = Extract<ParameterDefinition, { type: 'number' }>

function isInRange(value: number, { min = -Infinity, max = Infinity, above }: NumberDefinition): boolean {
  return Number.isFinite(value) && value <= max && (above ? value > min : value >= min)
}

/** `at least 0 and at most 1`; nothing where any number will do. */
export function nameRange({ min, max, above }: NumberDefinition): string {
  const from = min === undefined ? undefined : `${above ? 'more than' : 'at least'} ${min}`
  const to = max === undefined ? undefined : `at most ${max}`
  return [from, to].filter((bound) => bound !== undefined).join(' and ')
}
