const alnum = '[a-zA-Z0-9]'
const inner = '[a-zA-Z0-9-]'
/**
 * A label of a host name, of up to 63 characters. With hyphens in its third and fourth place it would be punycode, not all of
 * which is valid: those are left out.
 */
export const label = `(?:${alnum}|${alnum}${alnum}|${alnum}${inner}${alnum}(?:${inner}{0,59}${alnum})?|${alnum}${inner}-${alnum}(?:${inner}{0,58}${alnum})?)`
const byte = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])'
export const ipv4 = `${byte}(?:\\.${byte}){3}`
const group = '[0-9a-fA-F]{1,4}'
/** Groups before "::" and after it, at most seven together. */
const compressed = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((before) => {
  const left = before === 0 ? '::' : `${group}(?::${group}){${before - 1}}::`
  const most = 7 - before
  return [
    `${left}${most === 0 ? '' : `(?:${group}(?::${group}){0,${most - 1}})?`}`,
    ...(most >= 2 ? [`${left}(?:${group}:){0,${most - 2}}${ipv4}`] : []),
  ]
})
const address6 = [`(?:${group}:){7}${group}`, `(?:${group}:){6}${ipv4}`, ...compressed].join('|')

const port = '(?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[0-9]{0,4})'

/** Addresses by RFC 3986, or 3987 with further characters that stand for themselves. */
function addresses(further: string): { whole: string; reference: string; located: string } {
  const escaped = '%[0-9a-fA-F]{2}'
  const plain = `a-zA-Z0-9._~!$&'()*+,;=${further}`
  const character = `(?:[${plain}:@-]|${escaped})`
  const host = `(?:\\[(?:${address6})\\]|(?:[${plain}-]|${escaped})HOW)`
  const authority = (how: string): string =>
    `//(?:(?:[${plain}:-]|${escaped})*@)?${host.replace('HOW', how)}(?::${port})?`
  const rest = `(?:/${character}*)*`
  const end = `(?:\\?(?:${character}|[/?])*)?(?:#(?:${character}|[/?])*)?`
  const scheme = '[a-zA-Z][a-zA-Z0-9+.-]*'
  const rooted = `/(?:${character}+${rest})?`
  return {
    whole: `${scheme}:(?:${authority('*')}${rest}|${rooted}|${character}+${rest})${end}`,
    located: `${scheme}:${authority('+')}${rest}${end}`,
    reference: `(?:(?:${scheme}:)?${authority('*')}${rest}|${scheme}:(?:${rooted}|${character}+${rest})|${rooted}|(?:[${plain}@-]|${escaped})+${rest}|)${end}`,
  }
}

const uri = addresses('')
const iri = addresses('\\u00a0-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\uffef')

export const addressFormats: Readonly<Record<string, string>> = {
  ipv4,
  ipv6: address6,
  uri: uri.whole,
  url: uri.located,
  'uri-reference': uri.reference,
  iri: iri.whole,
  'iri-reference': iri.reference,
}
