/** What can be wrong with a text or table that is read. */
export type ReadProblem =
  | 'unknown-encoding'
  | 'wrong-encoding'
  | 'bad-delimiter'
  | 'bad-quotes'
  | 'row-too-long'
  | 'column-twice'
  | 'column-unnamed'
  | 'too-many-fields'
  | 'no-object'

/** Where it is wrong, as far as that is known. */
export interface ReadPlace {
  /** From 1. */
  line?: number
  /** Offset in the bytes read, from 0. */
  byte?: number
  /** Number of the row, from 0, as results count them. */
  row?: number
}

/** Thrown where what is read is not what it has to be: what is wrong, where, and what to do. */
export class ReadError extends Error {
  readonly problem: ReadProblem
  readonly place: ReadPlace
  readonly hint: string

  constructor(problem: ReadProblem, message: string, hint: string, place: ReadPlace = {}) {
    super(message)
    this.name = 'ReadError'
    this.problem = problem
    this.place = place
    this.hint = hint
  }
}

/** What text looks like that is UTF-16 and does not say so. */
export function zeroBytes(what: string, place: ReadPlace): ReadError {
  return new ReadError(
    'wrong-encoding',
    `${what} has zero bytes in it, as UTF-16 without a byte-order mark has.`,
    'Say which encoding it has, such as utf-16le: with --encoding, or in the input `encoding` of a node.',
    place,
  )
}
