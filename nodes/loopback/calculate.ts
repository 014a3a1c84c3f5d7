/** Longer sums are not what a model asks for; brackets within them cost stack. */
const longestSum = 500

const functions: Record<string, (x: number) => number> = {
  sqrt: Math.sqrt,
  abs: Math.abs,
  round: Math.round,
  floor: Math.floor,
  ceil: Math.ceil,
  ln: Math.log,
  log: Math.log10,
  exp: Math.exp,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
}
const constants: Record<string, number> = { pi: Math.PI, e: Math.E }

/**
 * The value of an arithmetic expression: + − * / % ^, brackets, common functions. Nothing is evaluated as code.
 * @throws Error saying what could not be read
 */
export function calculate(expression: string): number {
  if (expression.length > longestSum)
    throw new Error(`The calculation is longer than ${longestSum} characters.`)
  const tokens = tokenise(expression)
  const reader = { tokens, next: 0 }
  const value = readSum(reader)
  const left = tokens[reader.next]
  if (left !== undefined) throw new Error(`“${left}” was not expected in “${expression}”.`)
  if (!Number.isFinite(value)) throw new Error(`“${expression}” has no finite value.`)
  // enough digits for people, few enough to hide that 0.1 + 0.2 is not 0.3
  return Number(value.toPrecision(12))
}

interface Reader {
  tokens: string[]
  next: number
}

function tokenise(expression: string): string[] {
  const text = expression.replaceAll('×', '*').replaceAll('÷', '/').replaceAll('−', '-').replaceAll('**', '^')
  const tokens = text.match(/\d+\.?\d*(?:e[+-]?\d+)?|\.\d+|[a-z]+|[-+*/%^()]|\S/gi) ?? []
  return tokens.map((token) => token.toLowerCase())
}

function readSum(reader: Reader): number {
  let value = readProduct(reader)
  for (;;) {
    if (take(reader, '+')) value += readProduct(reader)
    else if (take(reader, '-')) value -= readProduct(reader)
    else return value
  }
}

function readProduct(reader: Reader): number {
  let value = readSigned(reader)
  for (;;) {
    if (take(reader, '*')) value *= readSigned(reader)
    else if (take(reader, '/')) value /= readSigned(reader)
    else if (take(reader, '%')) value %= readSigned(reader)
    else return value
  }
}

function readSigned(reader: Reader): number {
  if (take(reader, '-')) return -readSigned(reader)
  if (take(reader, '+')) return readSigned(reader)
  const base = readAtom(reader)
  return take(reader, '^') ? base ** readSigned(reader) : base
}

function readAtom(reader: Reader): number {
  const token = reader.tokens[reader.next++]
  if (token === undefined) throw new Error('The calculation ends too early.')
  if (token === '(') return readBracket(reader)
  const known = Object.hasOwn(functions, token) ? functions[token] : undefined
  if (known !== undefined) {
    if (!take(reader, '(')) throw new Error(`“${token}” needs brackets.`)
    return known(readBracket(reader))
  }
  if (Object.hasOwn(constants, token)) return constants[token] as number
  const value = Number(token)
  if (Number.isNaN(value)) throw new Error(`“${token}” is no number.`)
  return value
}

function readBracket(reader: Reader): number {
  const value = readSum(reader)
  if (!take(reader, ')')) throw new Error('A bracket is not closed.')
  return value
}

function take(reader: Reader, token: string): boolean {
  if (reader.tokens[reader.next] !== token) return false
  reader.next++
  return true
}
