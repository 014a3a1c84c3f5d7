import { intersectLanguages } from '../automaton/intersect-languages.ts'
import { everyCharacter } from '../grammar/characters.ts'
import { characters, repeat, sequence, type Expression } from '../grammar/expression.ts'
import { parseRegexPart } from '../regex/parse-regex.ts'
import { addressFormats, ipv4, label } from './formats-of-addresses.ts'
import { regexFormat } from './format-of-regexes.ts'

const date =
  '(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))' +
  '|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)'
const fraction = '(?:\\.[0-9]+)?'
const two = (value: number): string => String(value).padStart(2, '0')
/** Leap seconds are at 23:59 of UTC: what clocks say then that differ by hours and half hours, with what they differ by. */
const leapSeconds = Array.from({ length: 24 }, (_, hour) => {
  const ahead = (by: number): string => `\\+${two((hour + by) % 24)}`
  const behind = `-${two(23 - hour)}`
  return (
    `${two(hour)}:(?:59:60${fraction}(?:${ahead(1)}|${behind}):00` +
    `|29:60${fraction}(?:${ahead(0)}|${behind}):30)`
  )
})
const time =
  `(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]${fraction}(?:[zZ]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])` +
  `|23:59:60${fraction}[zZ]|${leapSeconds.join('|')})`
const n = '[0-9]+'
const timeOfDuration = `T(?:${n}H(?:${n}M(?:${n}S)?)?|${n}M(?:${n}S)?|${n}S)`
const daysOfDuration = `(?:${n}Y(?:${n}M(?:${n}D)?)?|${n}M(?:${n}D)?|${n}D)`
const atom = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+"
const local = `(?:${atom}(?:\\.${atom})*|"(?:[ !#-\\[\\]-~]|\\\\[ -~])*")`
/** A subset of what RFC 5321 has in brackets: no more than one "::", at the beginning. */
const group = '[0-9a-fA-F]{1,4}'
const addressLiteral = `\\[(?:${ipv4}|IPv6:(?:${group}(?::${group}){7}|::(?:${group}(?::${group}){0,5})?))\\]`
/** Letters of scripts that domain names may mix; right to left ones stand by themselves. */
const letter =
  '[a-z0-9\\u00df-\\u00f6\\u00f8-\\u00ff\\u03ac-\\u03ce\\u0f0b\\u3007\\u0430-\\u045f\\u0905-\\u0939\\u0e01-\\u0e2e\\u3041-\\u3096\\u30a1-\\u30fa\\u4e00-\\u9fa5\\uac00-\\ud7a3]'
const rightToLeft = '(?:[\\u05d0-\\u05ea]|[\\u0628\\u062a-\\u063a\\u0641-\\u064a\\u06fd\\u06fe])'
const labelOf = (character: string): string => `${character}(?:(?:-?${character}){0,13})`
/** Characters that are valid beside some others only (RFC 5892, appendix A), with those. */
const inContext = [
  'l\\u00b7l',
  '\\u0375[\\u03b1-\\u03c9]',
  '[\\u3041-\\u3096\\u30a1-\\u30fa\\u4e00-\\u9fa5]\\u30fb',
  '\\u30fb[\\u3041-\\u3096\\u30a1-\\u30fa\\u4e00-\\u9fa5]',
  '[\\u0915-\\u0928\\u092a-\\u0930\\u0935-\\u0939]\\u094d[\\u200c\\u200d][\\u0915-\\u0928\\u092a-\\u0930\\u0935-\\u0939]',
].join('|')
const inContextRightToLeft =
  '[\\u05d0-\\u05ea][\\u05f3\\u05f4]|[\\u0628\\u062a-\\u062e\\u0633-\\u063a\\u0641-\\u0647\\u064a]\\u200c[\\u0628\\u062a-\\u062e\\u0633-\\u063a\\u0641-\\u0647\\u064a]|\\u0628[\\u0660-\\u0669]'
const around = (character: string, context: string): string =>
  `${character}{0,5}(?:${context})${character}{0,5}|(?:${character}|${context}){1,3}`
const fewDigits = '[\\u06f0-\\u06f9][0-9\\u06f0-\\u06f9]{0,3}'
/** Labels so short that none is longer than 63 in punycode, and three of them at most: a name has 253. */
const idnHostname = [
  `(?:${labelOf(letter)}|${around(letter, inContext)}|${fewDigits})`,
  `(?:${labelOf(rightToLeft)}|${around(rightToLeft, inContextRightToLeft)})`,
]
  .map((name) => `${name}(?:\\.${name}){0,2}`)
  .concat(`${label}(?:\\.${label}){0,2}`)
  .join('|')
/** What stands before “@” has so many characters at most. */
const longestLocal = 64

/** A part of a text that has so many characters at most. */
interface Limited {
  readonly pattern: string
  readonly most: number
}

const beyondAscii = '\\u00a0-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\uffef'
const variable =
  '(?:[a-zA-Z0-9_]|%[0-9a-fA-F]{2})(?:\\.?(?:[a-zA-Z0-9_]|%[0-9a-fA-F]{2}))*(?::[1-9][0-9]{0,3}|\\*)?'
const pointer = '(?:/(?:[^/~]|~[01])*)*'

/**
 * Formats as regexes over the whole text. Where a standard cannot be written as one, a part of it that can, so that what is
 * written is valid: RFC 3339 and its durations, 5321, 1123, 5890, 2673, 4291, 3986, 3987, 6570, 6901, 4122 and 4648.
 */
const formats: Record<string, string | readonly (string | Limited)[]> = {
  date,
  time,
  'date-time': `${date}[tT]${time}`,
  duration: `P(?:${n}W|${daysOfDuration}(?:${timeOfDuration})?|${timeOfDuration})`,
  email: [{ pattern: local, most: longestLocal }, `@(?:${label}(?:\\.${label})+|${addressLiteral})`],
  'idn-email': `(?:${local}|[a-zA-Z0-9${beyondAscii}]+(?:\\.[a-zA-Z0-9${beyondAscii}]+)*)@(?:${idnHostname})`,
  hostname: `${label}(?:\\.${label})*`,
  'idn-hostname': idnHostname,
  ...addressFormats,
  uuid: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}',
  'uri-template': `(?:[a-zA-Z0-9._~!$&()*+,;=:@/?#\\[\\]${beyondAscii}-]|%[0-9a-fA-F]{2}|\\{[+#./;?&]?${variable}(?:,${variable})*\\})*`,
  'json-pointer': pointer,
  'relative-json-pointer': `(?:0|[1-9][0-9]*)(?:#|${pointer})`,
  regex: regexFormat,
  byte: '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?',
}

const parsed = new Map<string, Expression>()

/** The texts of a format, parsed once. */
export function formatExpression(name: string): Expression | undefined {
  const known = parsed.get(name)
  if (known !== undefined || !Object.hasOwn(formats, name)) return known
  const parts = [formats[name]!].flat()
  const expression = sequence(
    parts.map((part) => (typeof part === 'string' ? parseRegexPart(part) : limited(part))),
  )
  parsed.set(name, expression)
  return expression
}

function limited({ pattern, most }: Limited): Expression {
  const length = repeat(characters(everyCharacter), 0, most)
  return intersectLanguages(
    [parseRegexPart(pattern), length].map((expression) => ({ expression, negate: false })),
  )
}

/** Characters that a text of a format has at most, where its expression does not say so. */
export const longestOfFormat: Readonly<Record<string, number>> = { hostname: 253 }

export const formatNames: readonly string[] = Object.keys(formats)
