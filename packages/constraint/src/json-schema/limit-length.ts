import { choice, impossible, repeat, sequence, type Expression } from '../grammar/expression.ts'

/** How many characters every text of an expression has, where that is one number. */
function lengthOf(expression: Expression): number | undefined {
  switch (expression.kind) {
    case 'characters':
      return 1
    case 'literal':
      return Array.from(expression.text).length
    case 'sequence':
      return expression.items.reduce<number | undefined>((sum, item) => add(sum, lengthOf(item)), 0)
    case 'choice': {
      const lengths = new Set(expression.options.map(lengthOf))
      return lengths.size === 1 ? [...lengths][0] : undefined
    }
    case 'repeat': {
      const each = lengthOf(expression.item)
      return each === undefined || expression.minimum !== expression.maximum
        ? undefined
        : each * expression.minimum
    }
    default:
      return undefined
  }
}

function add(sum: number | undefined, length: number | undefined): number | undefined {
  return sum === undefined || length === undefined ? undefined : sum + length
}

/**
 * The texts of an expression that have so many characters, where only one part of each alternative varies and repeats
 * single characters: then its bounds do, and no states are multiplied. `undefined` elsewhere.
 */
export function limitLength(
  expression: Expression,
  minimum: number,
  maximum: number,
): Expression | undefined {
  const length = lengthOf(expression)
  if (length !== undefined) return length >= minimum && length <= maximum ? expression : impossible
  if (expression.kind === 'repeat' && lengthOf(expression.item) === 1) {
    const [least, most] = [Math.max(expression.minimum, minimum), Math.min(expression.maximum, maximum)]
    return least > most ? impossible : repeat(expression.item, least, most)
  }
  if (expression.kind === 'choice') {
    const options = expression.options.map((option) => limitLength(option, minimum, maximum))
    return options.includes(undefined) ? undefined : choice(options as Expression[])
  }
  if (expression.kind !== 'sequence') return undefined
  const varying = expression.items.filter((item) => lengthOf(item) === undefined)
  const [part] = varying
  if (part === undefined) return undefined
  if (varying.length > 1) return limitEach(expression, varying, minimum, maximum)
  const others = expression.items.reduce((sum, item) => sum + (lengthOf(item) ?? 0), 0)
  if (others > maximum) return impossible
  const limited = limitLength(part, Math.max(0, minimum - others), maximum - others)
  return limited && sequence(expression.items.map((item) => (item === part ? limited : item)))
}

const mostOptions = 16

/** Where a part is a choice of fixed lengths, each of its options by itself. */
function limitEach(
  expression: Expression & { kind: 'sequence' },
  varying: readonly Expression[],
  minimum: number,
  maximum: number,
): Expression | undefined {
  const part = varying.find((item) => item.kind === 'choice' && item.options.length <= mostOptions)
  if (part?.kind !== 'choice' || part.options.some((option) => lengthOf(option) === undefined))
    return undefined
  const whole = part.options.map((option) =>
    sequence(expression.items.map((item) => (item === part ? option : item))),
  )
  return limitLength(choice(whole), minimum, maximum)
}
