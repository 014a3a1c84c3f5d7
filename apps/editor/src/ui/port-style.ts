import { accepts, portTypes, type PortType } from '@woolgather/workflow'

export type PortShape = 'circle' | 'diamond' | 'square' | 'hexagon' | 'ring'

/** Shape tells the kind of value where colour cannot be told apart: words, numbers, data, things models are made of. */
export const portShapes: Record<PortType, PortShape> = {
  text: 'circle',
  messages: 'circle',
  mix: 'circle',
  number: 'diamond',
  integer: 'diamond',
  boolean: 'diamond',
  list: 'square',
  json: 'square',
  table: 'square',
  file: 'square',
  model: 'hexagon',
  lora: 'hexagon',
  vector: 'hexagon',
  constraint: 'hexagon',
  sampler: 'hexagon',
  canvas: 'circle',
  dataset: 'square',
  any: 'ring',
}

export function portColor(type: PortType): string {
  return `var(--type-${type})`
}

/**
 * Rules that dim every port a link in the air cannot go to. As style sheet, not state: starting to drag a link in a
 * graph of a thousand nodes then draws nothing again.
 */
export function linkingRules(): string {
  return portTypes
    .flatMap((type) => {
      const takers = portTypes.filter((to) => accepts(to, type)).map((to) => `:not([data-type="${to}"])`)
      const givers = portTypes
        .filter((from) => accepts(type, from))
        .map((from) => `:not([data-type="${from}"])`)
      return [
        `[data-linking="output ${type}"] .port.target${takers.join('')} { opacity: 0.2 }`,
        `[data-linking="input ${type}"] .port.source${givers.join('')} { opacity: 0.2 }`,
      ]
    })
    .join('\n')
}
