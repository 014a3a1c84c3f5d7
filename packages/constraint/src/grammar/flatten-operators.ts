import { choice, nothing, repeat, sequence, type Expression, type Grammar } from './expression.ts'

/**
 * Rewrites rules of operators, `e: term | e op e | sign e | e mark`, as `sign* term mark* (op sign* term mark*)*`:
 * the same texts, which are then read in one way instead of in as many as they could be bracketed.
 */
export function flattenOperators({ rules, ...grammar }: Grammar): Grammar {
  return {
    ...grammar,
    rules: new Map([...rules].map(([name, body]) => [name, flatten(name, body, rules) ?? body])),
  }
}

/** Rules that stand for one another; operators are named by a few. */
const deepest = 3

/** Alternatives by where they call the rule itself, without those calls. */
interface Operators {
  readonly terms: Expression[]
  readonly prefixes: Expression[]
  readonly infixes: Expression[]
  readonly postfixes: Expression[]
}

/** `undefined` for rules without an operator between two of themselves, which are read in one way already. */
function flatten(name: string, body: Expression, rules: Grammar['rules']): Expression | undefined {
  const found: Operators = { terms: [], prefixes: [], infixes: [], postfixes: [] }
  for (const items of alternativesOf(body, name, rules, new Set([name]))) sort(items, name, found)
  if (found.infixes.length === 0 || found.terms.length === 0) return undefined
  const term = sequence([many(found.prefixes), choice(found.terms), many(found.postfixes)])
  return sequence([term, many([sequence([choice(found.infixes), term])])])
}

function many(options: readonly Expression[]): Expression {
  return options.length === 0 ? nothing : repeat(choice(options), 0, Infinity)
}

/** The alternatives as lists of items. One that is nothing but another rule stands for the alternatives of that. */
function alternativesOf(
  body: Expression,
  name: string,
  rules: Grammar['rules'],
  within: ReadonlySet<string>,
): Expression[][] {
  const options = body.kind === 'choice' ? body.options : [body]
  return options.flatMap((option) => {
    if (option.kind === 'choice') return alternativesOf(option, name, rules, within)
    const items = option.kind === 'sequence' ? itemsOf(option) : [option]
    const [only] = items
    if (items.length > 1 || only?.kind !== 'rule' || only.name === name) return [items]
    const inner = rules.get(only.name)
    if (inner === undefined || within.has(only.name) || within.size > deepest) return [items]
    const unfolded = alternativesOf(inner, name, rules, new Set([...within, only.name]))
    return unfolded.some((list) => callsAtAnEnd(list, name)) ? unfolded : [items]
  })
}

function itemsOf(expression: Expression): Expression[] {
  return expression.kind === 'sequence' ? expression.items.flatMap(itemsOf) : [expression]
}

function callsAtAnEnd(items: readonly Expression[], name: string): boolean {
  return isCall(items[0], name) || isCall(items.at(-1), name)
}

function isCall(item: Expression | undefined, name: string): boolean {
  return item?.kind === 'rule' && item.name === name
}

function sort(items: readonly Expression[], name: string, found: Operators): void {
  const last = items.length - 1
  const first = isCall(items[0], name)
  if (last === 0 && first) return
  if (first && isCall(items[last], name)) found.infixes.push(sequence(items.slice(1, -1)))
  else if (first && last === 1 && repeatsAfter(items[1]!, name) !== undefined)
    found.infixes.push(repeatsAfter(items[1]!, name)!)
  else if (isCall(items[last], name) && last === 1 && repeatsBefore(items[0]!, name) !== undefined)
    found.infixes.push(repeatsBefore(items[0]!, name)!)
  else if (first) found.postfixes.push(sequence(items.slice(1)))
  else if (isCall(items[last], name)) found.prefixes.push(sequence(items.slice(0, -1)))
  else found.terms.push(sequence(items))
}

/** The operator of `e (op e)*`: any number of them are what one is, again and again. */
function repeatsAfter(item: Expression, name: string): Expression | undefined {
  const inner = repeated(item)
  return inner !== undefined && isCall(inner.at(-1), name) ? sequence(inner.slice(0, -1)) : undefined
}

/** The operator of `(e op)* e`. */
function repeatsBefore(item: Expression, name: string): Expression | undefined {
  const inner = repeated(item)
  return inner !== undefined && isCall(inner[0], name) ? sequence(inner.slice(1)) : undefined
}

function repeated(item: Expression): Expression[] | undefined {
  return item.kind === 'repeat' && item.minimum <= 1 && item.maximum >= 1 ? itemsOf(item.item) : undefined
}
