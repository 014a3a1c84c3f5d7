/** Expressions that are tried on each module's name; those that are names alone cost nothing. */
const mostExpressions = 16
/** Each may cost as much again as the name is long. */
const mostRepeats = 2
const simple = /^[\w.\\^$|()[\]?*+-]{1,200}$/
const repeat = /[*+?]/g

/** @throws RangeError naming an expression that is none, or that could take for ever */
export function readPatterns<Value>(
  patterns: Readonly<Record<string, Value>>,
): (module: string) => Value | undefined {
  const names = new Map<string, Value>()
  const expressions: [RegExp, Value][] = []
  for (const [key, value] of Object.entries(patterns)) {
    if (/^[\w.]+$/.test(key)) names.set(key, value)
    else expressions.push([compile(key), value])
  }
  if (expressions.length > mostExpressions) {
    throw new RangeError(`it has ${expressions.length} expressions, and at most ${mostExpressions} are read`)
  }
  return (module) => {
    const named = endsOf(module).find((end) => names.has(end))
    if (named !== undefined) return names.get(named)
    return expressions.find(([expression]) => expression.test(module))?.[1]
  }
}

/** As PEFT matches them: the whole name, or its end behind a point. */
function compile(key: string): RegExp {
  const repeats = key.match(repeat)?.length ?? 0
  if (!simple.test(key) || repeats > mostRepeats || /\)[*+?]/.test(key)) {
    throw new RangeError(`“${key}” is no expression that is read`)
  }
  try {
    return new RegExp(`^(?:.*\\.)?(?:${key})$`)
  } catch {
    throw new RangeError(`“${key}” is no expression`)
  }
}

/** `a.b.c`, `b.c`, `c`. */
function endsOf(module: string): string[] {
  const parts = module.split('.')
  return parts.map((_, index) => parts.slice(index).join('.'))
}
