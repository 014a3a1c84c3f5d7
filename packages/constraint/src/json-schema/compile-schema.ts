export interface SchemaOptions { readonly whitespace?: 'compact' | 'flexible' }
import type { Grammar } from '../grammar/expression.ts'
export function compileSchema(schema: unknown, o: SchemaOptions): Grammar { throw new Error(String(schema)+String(o)) }
