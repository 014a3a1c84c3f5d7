/** Groups inside one another: what is valid to any depth is no regular language. */
const deepest = 3

/** Ranges whose ends are in order whatever the other end is. */
const range = 'a-[a-z]|[a-z]-z|A-[A-Z]|[A-Z]-Z|0-[0-9]|[0-9]-9'
const escape =
  '\\\\(?:[dDwWsSnrtfv^$\\\\.*+?()\\[\\]{}|/]|x[0-9a-fA-F]{2}|u(?:[0-9a-cefA-CEF][0-9a-fA-F]{3}|d[0-7][0-9a-fA-F]{2}))'
const member = `(?:${range}|[^\\\\\\[\\]^&~|-]|${escape})`
const characters = `\\[\\^?-?${member}+-?\\]`
/** Limits of which the second has more digits, or one and not less. */
const bounds = [
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((low) => `${low},[${low}-9]`),
  '[0-9],[1-9][0-9]{1,3}',
  '[1-9][0-9],[1-9][0-9]{2,3}',
].join('|')
const quantifier = `(?:[*+?]|\\{(?:[0-9]{1,4},?|${bounds})\\})\\??`
const single = `[^\\\\^$.|?*+()\\[\\]{}]|\\.|${escape}|${characters}`

function pattern(depth: number): string {
  const group = depth === 0 ? '' : `|\\((?:\\?:)?${pattern(depth - 1)}\\)`
  return `(?:(?:${single})(?:${quantifier})?${group === '' ? '' : `${group}(?:${quantifier})?`}|[|^$]|\\\\[bB])*`
}

/** Patterns that JavaScript and Python both take. */
export const regexFormat: string = pattern(deepest)
