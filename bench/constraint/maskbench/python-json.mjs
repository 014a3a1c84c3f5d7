// JSON as Python's `json.dumps` writes what its `json.loads` read: keys in their order, numbers as Python has them, other
// characters than ASCII escaped.

/** The parts of a text of JSON: `{ pairs }`, lists, and texts of what has no parts. */
export function readJson(text) {
  let at = 0
  const space = /\s*/y
  const scalar = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|NaN|-?Infinity/y
  const skip = () => {
    space.lastIndex = at
    space.test(text)
    at = space.lastIndex
  }
  const take = (character) => {
    skip()
    if (text[at] !== character) return false
    at++
    return true
  }
  const readScalar = () => {
    skip()
    scalar.lastIndex = at
    const found = scalar.exec(text)
    if (found === null) throw new SyntaxError(`no JSON at ${at}`)
    at = scalar.lastIndex
    return found[0]
  }
  const listed = (close, readItem) => {
    const items = []
    if (take(close)) return items
    do items.push(readItem())
    while (take(','))
    if (!take(close)) throw new SyntaxError(`"${close}" is missing at ${at}`)
    return items
  }
  const readValue = () => {
    if (take('[')) return listed(']', readValue)
    if (!take('{')) return readScalar()
    return {
      pairs: listed('}', () => {
        const key = JSON.parse(readScalar())
        if (!take(':')) throw new SyntaxError(`":" is missing at ${at}`)
        return [key, readValue()]
      }),
    }
  }
  return readValue()
}

/** What stands at a key of an object read by `readJson`. */
export function valueAt(value, key) {
  return value.pairs.findLast(([name]) => name === key)?.[1]
}

export function writeJson(value) {
  if (Array.isArray(value)) return `[${value.map(writeJson).join(', ')}]`
  if (typeof value === 'object') {
    // A key that comes twice keeps its first place and its last value.
    const pairs = [...new Map(value.pairs)]
    return `{${pairs.map(([key, inner]) => `${writeText(key)}: ${writeJson(inner)}`).join(', ')}}`
  }
  if (value.startsWith('"')) return writeText(JSON.parse(value))
  return /^-?\d/.test(value) && /[.eE]/.test(value) ? writeFloat(Number(value)) : value
}

function writeText(text) {
  return JSON.stringify(text).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** As Python's `repr`: an exponent below 1e-4 and from 1e16 on, of two digits at least. */
function writeFloat(value) {
  const size = Math.abs(value)
  if (size === Infinity) return value < 0 ? '-Infinity' : 'Infinity'
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits, exponent] = value.toExponential().split('e')
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`
  }
  const text = Object.is(value, -0) ? '-0' : String(value)
  return text.includes('.') ? text : `${text}.0`
}
