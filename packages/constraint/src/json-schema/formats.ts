import type { Expression } from '../grammar/expression.ts'
import { parseRegexPart } from '../regex/parse-regex.ts'

const date =
  '[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))' +
  '|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29'
const time =
  '(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]+)?(?:[zZ]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])'
const label = '[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?'
const byte = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])'
const group = '[0-9a-fA-F]{1,4}'
const ipv6 = [
  `(?:${group}:){7}${group}`,
  `(?:${group}:){1,7}:`,
  ...[1, 2, 3, 4, 5, 6].map((after) => `(?:${group}:){1,${7 - after}}(?::${group}){1,${after}}`),
  `:(?::${group}){1,7}`,
  '::',
].join('|')
const uriCharacter = "(?:[a-zA-Z0-9._~!$&'()*+,;=:@/?#-]|%[0-9a-fA-F]{2})"

/** Formats as regexes over the whole text (RFC 3339, 4122, 5321 in its usual form, 2673, 4291, 3986). */
const formats: Record<string, string> = {
  date,
  time,
  'date-time': `(?:${date})[tT]${time}`,
  duration:
    'P(?:[0-9]+W|(?:[0-9]+Y(?:[0-9]+M)?(?:[0-9]+D)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)(?:T(?:[0-9]+H(?:[0-9]+M)?(?:[0-9]+S)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S))?' +
    '|T(?:[0-9]+H(?:[0-9]+M)?(?:[0-9]+S)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S))',
  email: `[a-zA-Z0-9!#$%&'*+/=?^_\`{|}~-]+(?:\\.[a-zA-Z0-9!#$%&'*+/=?^_\`{|}~-]+)*@${label}(?:\\.${label})+`,
  hostname: `${label}(?:\\.${label})*`,
  ipv4: `${byte}(?:\\.${byte}){3}`,
  ipv6,
  uuid: '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}',
  uri: `[a-zA-Z][a-zA-Z0-9+.-]*:${uriCharacter}+`,
  'json-pointer': '(?:/(?:[^/~]|~[01])*)*',
}

export function formatExpression(name: string): Expression | undefined {
  return Object.hasOwn(formats, name) ? parseRegexPart(formats[name] as string) : undefined
}

export const formatNames: readonly string[] = Object.keys(formats)
