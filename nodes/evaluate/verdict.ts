import type { OutputDefinition } from '@woolgather/engine'

/** A check as a condition and as a score: `matrix/best`, `vote` and `chart` take numbers. */
export const verdictOutputs = {
  boolean: { type: 'boolean', description: 'True where it does.' },
  score: { type: 'number', description: '1 where it does, else 0.' },
} as const satisfies Record<string, OutputDefinition>

export function verdict(holds: boolean): { boolean: boolean; score: number } {
  return { boolean: holds, score: holds ? 1 : 0 }
}
