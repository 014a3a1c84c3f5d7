import type { Expression } from '../grammar/expression.ts'
import { parseRegexPart } from '../regex/parse-regex.ts'
import { addressFormats, label } from './formats-of-addresses.ts'
import { regexFormat } from './format-of-regexes.ts'

const date =
  '(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))' +
  '|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)'
const fraction = '(?:\\.[0-9]+)?'
const time =
  `(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]${fraction}(?:[zZ]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])` +
  `|23:59:60${fraction}(?:[zZ]|[+-]00:00))`
const n = '[0-9]+'
const timeOfDuration = `T(?:${n}H(?:${n}M(?:${n}S)?)?|${n}M(?:${n}S)?|${n}S)`
const daysOfDuration = `(?:${n}Y(?:${n}M(?:${n}D)?)?|${n}M(?:${n}D)?|${n}D)`
const atom = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+"
const local = `(?:${atom}(?:\\.${atom})*|"(?:[ !#-\\[\\]-~]|\\\\[ -~])*")`
/** Letters of scripts that domain names may mix; right to left ones stand by themselves. */
const letter =
  '[a-z0-9\\u00df-\\u00f6\\u00f8-\\u00ff\\u03ac-\\u03ce\\u0430-\\u045f\\u0905-\\u0939\\u0e01-\\u0e2e\\u3041-\\u3096\\u30a1-\\u30fa\\u4e00-\\u9fa5\\uac00-\\ud7a3]'
const rightToLeft = '(?:[\\u05d0-\\u05ea]|[\\u0628\\u062a-\\u063a\\u0641-\\u064a])'
const labelOf = (character: string): string => `${character}(?:(?:-?${character}){0,13})`
const idnHostname = [labelOf(letter), labelOf(rightToLeft)]
  .map((name) => `${name}(?:\\.${name})*`)
  .concat(`${label}(?:\\.${label})*`)
  .join('|')
const beyondAscii = '\\u00a0-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\uffef'
const variable =
  '(?:[a-zA-Z0-9_]|%[0-9a-fA-F]{2})(?:\\.?(?:[a-zA-Z0-9_]|%[0-9a-fA-F]{2}))*(?::[1-9][0-9]{0,3}|\\*)?'
const pointer = '(?:/(?:[^/~]|~[01])*)*'

/**
 * Formats as regexes over the whole text. Where a standard cannot be written as one, a part of it that can, so that what is
 * written is valid: RFC 3339 and its durations, 5321, 1123, 5890, 2673, 4291, 3986, 3987, 6570, 6901, 4122 and 4648.
 */
const formats: Record<string, string> = {
  date,
  time,
  'date-time': `${date}[tT]${time}`,
  duration: `P(?:${n}W|${daysOfDuration}(?:${timeOfDuration})?|${timeOfDuration})`,
  email: `${local}@${label}(?:\\.${label})+`,
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
  const expression = parseRegexPart(formats[name] as string)
  parsed.set(name, expression)
  return expression
}

export const formatNames: readonly string[] = Object.keys(formats)
