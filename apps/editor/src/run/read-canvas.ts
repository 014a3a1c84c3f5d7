import type { CanvasPlace } from '@woolgather/workflow'

/** A token of a finished canvas: how likely it was when it was set, and in which step; 0 where it was given. */
export type SetToken = NonNullable<CanvasPlace>

/** The tokens that a canvas was filled with, given as JSON; undefined where it is anything else. */
export function readSetTokens(value: unknown): SetToken[] | undefined {
  const isList = Array.isArray(value) && value.length > 0 && value.every(isSetToken)
  return isList ? (value as SetToken[]) : undefined
}

function isSetToken(value: unknown): value is SetToken {
  if (typeof value !== 'object' || value === null) return false
  const { text, probability, step } = value as Partial<Record<string, unknown>>
  const isShare = probability === null || typeof probability === 'number'
  return typeof text === 'string' && isShare && typeof step === 'number'
}

/** The last step that set something. */
export function lastStep(tokens: readonly SetToken[]): number {
  return tokens.reduce((last, { step }) => Math.max(last, step), 0)
}

/** What the canvas looked like after a step: holes where something is set later. */
export function placesAt(tokens: readonly SetToken[], step: number): CanvasPlace[] {
  return tokens.map((token) => (token.step <= step ? token : null))
}
