import type { Expression } from './expression.ts'

/** Repeats that would unroll to more nodes than this are counted by rules instead, in logarithmic space. */
export const unrollLimit = 4_096

/** About how many nodes an expression unrolls to; each is measured once. */
export class ExpressionSizes {
  readonly #sizes = new WeakMap<Expression, number>()

  of(expression: Expression): number {
    const known = this.#sizes.get(expression)
    if (known !== undefined) return known
    const size = this.#measure(expression)
    this.#sizes.set(expression, size)
    return size
  }

  #measure(expression: Expression): number {
    switch (expression.kind) {
      case 'characters':
      case 'token':
      case 'rule':
      case 'shared':
      case 'differs':
        return 1
      case 'remembered':
        return this.of(expression.item)
      case 'literal':
        return expression.text.length
      case 'sequence':
        return expression.items.reduce((sum, item) => sum + this.of(item), 0)
      case 'choice':
        return expression.options.reduce((sum, option) => sum + this.of(option), 0)
      case 'graph':
        return expression.graph.edges.reduce((sum, edge) => sum + this.of(edge.label), expression.graph.size)
      case 'counted':
        return 2 * expression.graph.size
      case 'unordered':
        return 5 + 2 * expression.members.length + this.of(expression.separator) + this.of(expression.end)
      case 'repeat': {
        const copies = expression.maximum === Infinity ? expression.minimum + 1 : expression.maximum
        const unrolled = copies * this.of(expression.item)
        return copies > 1 && unrolled > unrollLimit ? 64 : unrolled + 1
      }
    }
  }
}
