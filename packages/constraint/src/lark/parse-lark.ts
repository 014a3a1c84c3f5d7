import type { Grammar } from '../grammar/expression.ts'
export function parseLark(t: string, o: string): Grammar { throw new Error(t+o) }
