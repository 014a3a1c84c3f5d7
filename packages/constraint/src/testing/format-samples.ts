/** Texts that a format allows and texts that it does not; docs/schemas.md is written from it. */
export interface FormatSample {
  /** What is not written though the standard allows it, for the documentation. */
  readonly without?: string
  readonly right: readonly string[]
  readonly wrong: readonly string[]
}

const long = (length: number): string => 'a'.repeat(length)

export const formatSamples: Readonly<Record<string, FormatSample>> = {
  date: {
    right: ['2024-02-29', '2000-02-29', '0001-12-31'],
    wrong: ['2023-02-29', '1900-02-29', '2023-04-31', '2023-13-01', '2023-1-1', '20230101'],
  },
  time: {
    without: 'leap seconds where clocks differ from UTC by other than half hours.',
    right: ['23:59:59Z', '08:30:06.283185+05:45', '23:59:60Z', '15:59:60.5-08:00', '05:29:60+05:30'],
    wrong: [
      '24:00:00Z',
      '08:30:06',
      '22:59:60Z',
      '23:59:60+01:00',
      '12:00:61Z',
      '08:30:06+24:00',
      '8:30:06Z',
    ],
  },
  'date-time': {
    right: ['2024-02-29T23:59:59.5Z', '1998-12-31t15:59:60.123-08:00', '1963-06-19T08:30:06+00:20'],
    wrong: ['2024-02-30T00:00:00Z', '2024-02-29 00:00:00Z', '2024-02-29', '1998-12-31T23:58:60Z'],
  },
  duration: {
    right: ['P4DT12H30M5S', 'P1Y2M', 'PT36H', 'P2W', 'P0D', 'PT1M'],
    wrong: ['P1Y2D', 'PT1H2S', 'P1Y2W', 'P', 'PT', 'P1', 'P1.5D', '4DT1H', 'P1DT', 'P1D1Y'],
  },
  email: {
    without: 'IPv6 addresses in brackets with “::” elsewhere than at their beginning.',
    right: [
      'joe.bloggs+x@example.com',
      '"joe bloggs"@example.com',
      '"a\\"b@c"@x.org',
      'a@[127.0.0.1]',
      'a@[IPv6:::1]',
      `${long(64)}@b.c`,
    ],
    wrong: [
      `${long(65)}@b.c`,
      `"${long(63)}"@b.c`,
      'joe',
      'a@',
      '.a@b.c',
      'a..b@c.d',
      'a b@c.d',
      '"a"b"@c.d',
      'a@[127.0.0.300]',
      'a@-b.c',
      'a@[::1]',
    ],
  },
  'idn-email': {
    right: ['실례@실례.테스트', 'a@b.c', 'münchen@example.com'],
    wrong: ['실례', '2962', 'a@', '@실례'],
  },
  hostname: {
    without: 'labels in punycode: a label with hyphens in its third and fourth place is not written.',
    right: ['www.example.com', 'a', 'h0stn4me', '1host', `${long(63)}.${long(63)}.${long(63)}.${long(61)}`],
    wrong: [
      '-a.com',
      'a-.com',
      'a..b',
      '.a',
      'a.',
      'a_b',
      long(64),
      `${long(63)}.${long(63)}.${long(63)}.${long(62)}`,
      'xn--X',
      'ab--cd',
    ],
  },
  'idn-hostname': {
    without: 'many scripts, and labels that could be longer than 63 characters in punycode.',
    right: ['실례.테스트', 'bücher.example', 'col·lecció', 'אבג', 'क्\u200dष', 'ab.cd'],
    wrong: ['a·l', '-a', 'a-', 'ab--c', '〮실례', '\u0300a', 'a.', 'ß·', 'אa', 'ab.א1', '〮', 'بa'],
  },
  ipv4: {
    right: ['127.0.0.1', '255.255.255.255', '0.0.0.0'],
    wrong: ['256.0.0.1', '127.0.0', '127.0.0.0.1', '01.2.3.4', '0x7f.0.0.1', '127.0.0.1 ', '2130706433'],
  },
  ipv6: {
    right: [
      '::',
      '::1',
      '1:2:3:4:5:6:7:8',
      '1::8',
      '::ffff:192.168.0.1',
      '1:2:3:4:5:6:1.2.3.4',
      '1:2:3:4:5:6:7::',
    ],
    wrong: [
      '1:2',
      '1::2::3',
      '12345::',
      '::1.2.3',
      '1:2:3:4:5:6:7:1.2.3.4',
      '::1%eth0',
      '::256.0.0.1',
      '1:2:3:4:5:6:7:8:9',
      ':::',
    ],
  },
  uri: {
    right: [
      'http://[2001:db8::7]:8080/a?b#c',
      'mailto:a@b.c',
      'urn:oasis:names',
      'http://a.b/%7Ec',
      'tel:+1-816',
      'http://u:p@h',
      'file:///etc',
    ],
    wrong: [
      '//a.b/c',
      '/a',
      'a',
      'http://a b',
      'http://[::1',
      'http://a/<>',
      'http://a/%7',
      'http://é.fr',
      ':a',
      'http://a:99999/',
      'http://a:b/',
    ],
  },
  url: {
    right: ['https://example.com', 'http://127.0.0.1:80/x', 'ftp://h/p'],
    wrong: ['mailto:a@b.c', 'example.com', 'http://', 'http:///x', 'http://h:70000', 'https:/a'],
  },
  'uri-reference': {
    right: ['http://a.b/c', '//a.b', '/a/b', '../a', '#top', '?q', '', 'a:b', './a:b'],
    wrong: ['\\\\a', '#a#b', 'a b', '%zz', '/é', '1a:b'],
  },
  iri: {
    right: ['http://ƒøø.ßår/?∂éœ=πîx#πîüx', 'http://[::1]/é'],
    wrong: ['/é', 'http://a b', 'http://[::1/é', 'é'],
  },
  'iri-reference': { right: ['/âππ', '#ƒrägmênt', '//é', 'é'], wrong: ['\\\\é', '#ƒräg#b', 'é b'] },
  uuid: {
    right: ['2EB8AA08-AA98-11EA-B4AA-73B441D16380', '123e4567-e89b-12d3-a456-426614174000'],
    wrong: [
      '2eb8aa08-aa98-11ea-b4aa73b441d16380',
      '2eb8aa08aa9811eab4aa73b441d16380',
      '2eb8aa08-aa98-11ea-b4ga-73b441d16380',
      '2eb8-aa08-aa98-11ea-b4aa73b44-1d16380',
    ],
  },
  'uri-template': {
    without: 'names of variables with other characters than letters, digits, “_” and “.”.',
    right: ['http://a.b/{x}{?y,z*}', '{+path:3}', 'plain', '{#a.b}', 'é/{%41}'],
    wrong: ['{x', 'x}', '{}', '{x:0}', '{x:10000}', '{=x}', 'a b', '{x,}', '{x*:3}'],
  },
  'json-pointer': { right: ['', '/a', '/a~0b/c~1d', '//', '/a b'], wrong: ['a', '/~2', '/a~', '#/a'] },
  'relative-json-pointer': {
    right: ['0', '1/a', '12#', '0/'],
    wrong: ['', '01', '-1/a', '/a', '1##', '1a', '+1#'],
  },
  regex: {
    without: 'more than three groups inside one another, back-references and look-around.',
    right: ['^a+b*(c|d)?$', '[a-z\\d]{2,3}', '', '(?:a|b)', '\\.'],
    wrong: ['(', 'a)', '[a', '*a', 'a**', '\\', '^(abc]', 'a{3,2}', '[z-a]', '\\a', '(?<a'],
  },
  byte: {
    right: ['', 'TQ==', 'TWE=', 'TWFu', 'TWFuTQ=='],
    wrong: ['T', 'TQ', 'TQ=', 'TR==', 'TWF=', 'TWFu=', 'T Q==', 'TQ-_'],
  },
}
