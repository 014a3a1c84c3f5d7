import type { Expression } from '../grammar/expression.ts'
import { parseRegexPart } from '../regex/parse-regex.ts'

const noSpaces = '[^\\u0000-\\u0020"<>\\\\^`]*'
const withScheme = '[a-zA-Z][a-zA-Z0-9+.-]*:[\\s\\S]*'

/**
 * Everything that any reader of a format could take for it, and more: what is beyond is surely none. The expressions of
 * formats are parts of them, whose complement would hold texts that are valid.
 */
const possible: Record<string, string> = {
  date: '[0-9+-][0-9W-]*',
  time: '[0-9][\\s\\S]*',
  'date-time': '[0-9+-][\\s\\S]*',
  duration: '[+-]?[pP][\\s\\S]*',
  email: '[\\s\\S]*@[\\s\\S]*',
  'idn-email': '[\\s\\S]*@[\\s\\S]*',
  hostname: '[a-zA-Z0-9_.-]*',
  'idn-hostname': noSpaces,
  ipv4: '[0-9.]*',
  ipv6: '[0-9a-fA-F]*:[\\s\\S]*',
  uri: withScheme,
  url: withScheme,
  'uri-reference': noSpaces,
  iri: withScheme,
  'iri-reference': noSpaces,
  uuid: '(?:urn:uuid:)?\\{?[0-9a-fA-F-]*\\}?',
  'uri-template': noSpaces,
  'json-pointer': '(?:/[\\s\\S]*)?',
  'relative-json-pointer': '[0-9][\\s\\S]*',
  regex: '[\\s\\S]*',
  byte: '[A-Za-z0-9+/=_\\s-]*',
}

const parsed = new Map<string, Expression>()

/** What a text that is surely not of a format must not be. */
export function possibleOfFormat(name: string): Expression | undefined {
  const known = parsed.get(name)
  if (known !== undefined || !Object.hasOwn(possible, name)) return known
  const expression = parseRegexPart(possible[name] as string)
  parsed.set(name, expression)
  return expression
}
