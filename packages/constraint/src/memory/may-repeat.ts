import { isWritten, type Container, type Reading } from './json-reading.ts'
import { areEqual, itemsOf, membersOf, type Value } from './json-value.ts'

/** Whether what is being written may still become equal to an item of its list, or a key of its object. */
export function mayRepeat(reading: Reading): boolean {
  return visitEqual(reading, () => true)
}

/** The texts that the one in the making may become, where a value or a key would be repeated by it. */
export function textsRepeated(reading: Reading): Set<string> {
  const texts = new Set<string>()
  visitEqual(reading, (text) => {
    if (text !== undefined) texts.add(text)
    return false
  })
  return texts
}

/** Told of a text that must be written for a value to be repeated; true where no more need be told. */
type Visit = (text: string | undefined) => boolean

function visitEqual(reading: Reading, visit: Visit): boolean {
  const inner: Container[] = []
  for (
    let container: Container | undefined = reading.within;
    container !== undefined;
    container = container.outer
  ) {
    const isInnermost = inner.length === 0
    if (container.isList && !(isInnermost && reading.expects === 'next')) {
      const path = inner.toReversed()
      if (isWritten(container, ({ value }) => mayBecome(value, path, reading, visit))) return true
    } else if (isInnermost && isAtKey(reading)) {
      if (isWritten(container, ({ key }) => mayBecomeText(key ?? '', reading, visit))) return true
    }
    inner.push(container)
  }
  return false
}

function isAtKey({ expects, isKey }: Reading): boolean {
  return expects === 'key' || (expects === 'text' && isKey)
}

/** @param path what is open inside the place of the value, the outermost first */
function mayBecome(value: Value, path: readonly Container[], reading: Reading, visit: Visit): boolean {
  const [container, ...inner] = path
  if (container === undefined) return mayBegin(value, reading, visit)
  const isInnermost = inner.length === 0
  if (container.isList) {
    if (value.kind !== 'list') return false
    const items = itemsOf(value.of)
    const count = container.written?.count ?? 0
    if (count > items.length) return false
    if (isWritten(container, (one) => !areEqual(one.value, items[one.count - 1]!))) return false
    if (isInnermost && (reading.expects === 'next' || (reading.expects === 'value' && count === 0)))
      return visit(undefined)
    return count < items.length && mayBecome(items[count]!, inner, reading, visit)
  }
  if (value.kind !== 'object') return false
  const members = membersOf(value.of)
  const differs = (key: string | undefined, own: Value): boolean => {
    const member = members.get(key ?? '')
    return member === undefined || !areEqual(own, member)
  }
  if (isWritten(container, ({ key, value: own }) => differs(key, own))) return false
  if (isInnermost && isAtKey(reading)) {
    // A key that is not begun may also be none at all.
    if (reading.expects === 'key') return visit(undefined)
    return [...members.keys()].some(
      (key) => !isWritten(container, (one) => one.key === key) && mayBecomeText(key, reading, visit),
    )
  }
  if (container.key === undefined) return visit(undefined)
  const member = members.get(container.key)
  if (member === undefined) return false
  return isInnermost && reading.expects === 'next'
    ? visit(undefined)
    : mayBecome(member, inner, reading, visit)
}

/** Whether a value begins with what is begun. */
function mayBegin(value: Value, reading: Reading, visit: Visit): boolean {
  switch (reading.expects) {
    case 'text':
      return value.kind === 'text' && mayBecomeText(value.of, reading, visit)
    case 'number':
      return value.kind === 'number' && visit(undefined)
    case 'word':
      return value.kind === 'word' && value.of.startsWith(reading.begun) && visit(undefined)
    default:
      return visit(undefined)
  }
}

function mayBecomeText(text: string, { begun }: Reading, visit: Visit): boolean {
  return text.startsWith(begun) && visit(text)
}
