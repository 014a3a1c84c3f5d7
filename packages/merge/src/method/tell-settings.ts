import type { MethodDefinition } from './method.ts'
import { nameRange, type ParameterDefinition, type ParameterDefinitions } from './parameters.ts'

/** What can be set of a method, a line for each: `density of each model (1, more than 0 and at most 1): Share …` */
export function tellSettings({ shared, perModel }: MethodDefinition): string[] {
  return [...tell(shared, ''), ...tell(perModel, ' of each model')]
}

function tell(definitions: ParameterDefinitions, whose: string): string[] {
  return Object.entries(definitions).map(
    ([name, definition]) => `${name}${whose} (${tellValues(definition)}): ${definition.description}`,
  )
}

function tellValues(definition: ParameterDefinition): string {
  const usual = definition.default === undefined ? 'needed' : String(definition.default)
  const range = definition.type === 'flag' ? '' : nameRange(definition)
  return [usual, range].filter(Boolean).join(', ')
}
