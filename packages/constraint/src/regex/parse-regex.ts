import type { Grammar } from '../grammar/expression.ts'
export function parseRegex(t: string): Grammar { throw new Error(t) }
