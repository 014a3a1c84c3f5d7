import { literal, sequence, type Expression } from '../grammar/expression.ts'
import type { Conjunction } from './conjunctions.ts'
import type { Member } from './list-properties.ts'
import type { SomeMember } from './schema-location.ts'
import type { ValueCompiler } from './value-compiler.ts'

/** A member as it must be anyway, and as each set of demands that it may meet has it. */
export function membersOf(
  key: Expression,
  schemas: Conjunction,
  { demanded, meets }: { demanded: readonly SomeMember[]; meets: readonly number[] },
  compiler: ValueCompiler,
): Member[] {
  if (meets.length === 0) return [{ pair: pair(key, compiler.valueOf(schemas), compiler), meets: 0 }]
  return Array.from({ length: 2 ** meets.length }, (_, set) => {
    const met = meets.filter((_, index) => (set >> index) % 2 === 1)
    const further = met.flatMap((index) => demanded[index]!.value ?? [])
    return {
      pair: pair(key, compiler.valueOf([...schemas, ...further]), compiler),
      meets: met.reduce((bits, index) => bits | (1 << index), 0),
    }
  })
}

function pair(key: Expression, value: Expression, { space }: ValueCompiler): Expression {
  return sequence([key, space, literal(':'), space, value])
}
