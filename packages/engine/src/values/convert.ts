import { asMix, type Json, type PortType } from '@woolgather/workflow'

/** A value as the input's type takes it: the conversions that happen by themselves, and nothing else. */
export function convert(value: Json, from: PortType, to: PortType): Json {
  const type = from === 'any' ? typeOf(value) : from
  if (type === to || to === 'any') return value
  if (to === 'text' && (type === 'integer' || type === 'number') && typeof value === 'number')
    return String(value)
  if (to === 'messages' && type === 'text') return [{ role: 'user', content: value }]
  if (to === 'mix' && typeof value === 'string') return asMix(value) as unknown as Json
  return value
}

/** What a value of a port of type `any` turned out to be. */
function typeOf(value: Json): PortType {
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  if (typeof value === 'boolean') return 'boolean'
  return Array.isArray(value) ? 'list' : 'json'
}
