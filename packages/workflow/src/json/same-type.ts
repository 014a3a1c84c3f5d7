import type { z } from 'zod'

/**
 * A type as the fields it has, whatever it was put together from: intersections and interfaces become one object each,
 * and a field that may be absent is one that may be absent, however that is written.
 */
type Fields<T> = T extends readonly (infer Item)[]
  ? Fields<Item>[]
  : T extends object
    ? {
        [Name in keyof T]-?: Pick<T, Name> extends Required<Pick<T, Name>>
          ? Fields<T[Name]>
          : MayBeAbsent<T[Name]>
      }
    : T

interface MayBeAbsent<T> {
  mayBeAbsent: Fields<Exclude<T, undefined>>
}

type IsIdentical<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Whether two types have the same fields of the same types, all the way down; of unions, the same members. */
export type SameType<A, B> = IsIdentical<A, B> extends true ? true : IsIdentical<Fields<A>, Fields<B>>

/** What stands in the error where a schema and its type are not the same: what only one of them has. */
interface Differs<Type, Read> {
  onlyInType: Exclude<Fields<Type>, Fields<Read>>
  onlyInSchema: Exclude<Fields<Read>, Fields<Type>>
}

/**
 * The schema of a type that is written out by hand, as `schemaOf<RunError>()(z.object({ … }))`. It does not compile where
 * either has a field, or a member of a union, that the other has not: what a schema forgets it would strip from
 * everything that crosses a border.
 */
export function schemaOf<Type>() {
  return <Schema extends z.ZodType>(
    schema: Schema &
      (SameType<Type, z.output<Schema>> extends true ? unknown : Differs<Type, z.output<Schema>>),
  ): z.ZodType<Type> => schema as unknown as z.ZodType<Type>
}
