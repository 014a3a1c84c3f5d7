import { rule, type Expression, type Grammar, type RuleCall, type TokenCall } from './expression.ts'

/** What becomes of the leaves of an expression; those that are not named stay. */
export interface LeafChanges {
  readonly rule?: (call: RuleCall) => RuleCall
  readonly token?: (call: TokenCall) => Expression
}

/** Copies an expression with its leaves changed; parts that it shares are shared by the copy. */
export function createMapper(changes: LeafChanges): (expression: Expression) => Expression {
  const made = new Map<Expression, Expression>()
  const ruleOf = (call: RuleCall): RuleCall => changes.rule?.(call) ?? call
  const map = (expression: Expression): Expression => {
    const known = made.get(expression) ?? copy(expression)
    made.set(expression, known)
    return known
  }
  const copy = (expression: Expression): Expression => {
    switch (expression.kind) {
      case 'rule':
        return ruleOf(expression)
      case 'token':
        return changes.token?.(expression) ?? expression
      case 'sequence':
        return { kind: 'sequence', items: expression.items.map(map) }
      case 'choice':
        return { kind: 'choice', options: expression.options.map(map) }
      case 'repeat':
      case 'remembered':
        return { ...expression, item: map(expression.item) }
      case 'graph': {
        const edges = expression.graph.edges.map((edge) => ({ ...edge, label: map(edge.label) }))
        return { kind: 'graph', graph: { ...expression.graph, edges } }
      }
      case 'unordered':
        return {
          ...expression,
          members: expression.members.map((member) => ({ ...member, item: ruleOf(member.item) })),
          rest: expression.rest && ruleOf(expression.rest),
          separator: map(expression.separator),
          end: map(expression.end),
        }
      default:
        return expression
    }
  }
  return map
}

/** Adds the rules of a grammar to others, under names of their own, and calls the first. */
export function embedGrammar(
  { start, rules: own }: Grammar,
  prefix: string,
  rules: Map<string, Expression>,
): Expression {
  const nameOf = (name: string): string => `${prefix}: ${name}`
  const rename = createMapper({ rule: ({ name }) => rule(nameOf(name)) })
  for (const [name, body] of own) rules.set(nameOf(name), rename(body))
  return rule(nameOf(start))
}
