/** Everything that can travel on a link. `any` is checked against each input it reaches, once its value is known. */
export const portTypes = [
  'text',
  'number',
  'integer',
  'boolean',
  'list',
  'json',
  'table',
  'messages',
  'model',
  'lora',
  'vector',
  'mix',
  'constraint',
  'sampler',
  'canvas',
  'dataset',
  'file',
  'any',
] as const

export type PortType = (typeof portTypes)[number]

/** The conversions that happen by themselves. Nothing else converts: a surprise in a graph is hard to find. */
const conversions: Partial<Record<PortType, readonly PortType[]>> = {
  integer: ['number', 'text'],
  number: ['text'],
  text: ['mix', 'messages'],
}

/** Whether an output of type `from` may be wired to an input of type `to`. */
export function accepts(to: PortType, from: PortType): boolean {
  return to === from || to === 'any' || from === 'any' || (conversions[from]?.includes(to) ?? false)
}
