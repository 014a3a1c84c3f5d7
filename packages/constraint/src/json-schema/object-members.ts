import { literal, sequence, type Expression } from '../grammar/expression.ts'
import type { Conjunction } from './conjunctions.ts'
import type { Member } from './list-properties.ts'
import type { SomeMember } from './schema-location.ts'
import type { ValueCompiler } from './value-compiler.ts'

/** Keys of an object: one that is named, or a class of others. */
export interface Keys {
  /** Equal where the keys are. */
  readonly name: string
  readonly expression: Expression
}

/** A member as it must be anyway, and as each set of demands that it may meet has it. */
export function membersOf(
  keys: Keys,
  schemas: Conjunction,
  { demanded, meets }: { demanded: readonly SomeMember[]; meets: readonly number[] },
  compiler: ValueCompiler,
): Member[] {
  if (meets.length === 0) return [{ pair: pairOf(keys, schemas, compiler), meets: 0 }]
  return Array.from({ length: 2 ** meets.length }, (_, set) => {
    const met = meets.filter((_, index) => (set >> index) % 2 === 1)
    const further = met.flatMap((index) => demanded[index]!.value ?? [])
    return {
      pair: pairOf(keys, [...schemas, ...further], compiler),
      meets: met.reduce((bits, index) => bits | (1 << index), 0),
    }
  })
}

/** Alternatives that have a pair in common share it, so that it is read once, whichever they go on as. */
function pairOf({ name, expression }: Keys, schemas: Conjunction, compiler: ValueCompiler): Expression {
  const { space } = compiler
  const value = compiler.valueOf(schemas)
  const make = (): Expression => sequence([expression, space, literal(':'), space, value])
  return compiler.isOneOfSeveral ? compiler.once(JSON.stringify([name, value.name]), make) : make()
}
