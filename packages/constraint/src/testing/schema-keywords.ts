/** What is enforced of a keyword, with texts that meet a schema and texts that do not; docs/schemas.md is written from it. */
export interface KeywordSample {
  readonly keywords: readonly string[]
  /** A sentence for the documentation. */
  readonly says: string
  readonly schema: unknown
  readonly right: readonly string[]
  readonly wrong: readonly string[]
}

/** What is refused by name, with the pointer that the error leads to. */
export interface RefusedSample {
  readonly what: string
  readonly instead: string
  readonly schema: unknown
  readonly path: string
}

const draft = (name: string): string => `http://json-schema.org/${name}/schema#`

export const enforced: readonly KeywordSample[] = [
  {
    keywords: ['type'],
    says: 'One type or a list of them. Whole numbers are written without a point.',
    schema: { type: ['integer', 'null'] },
    right: ['3', '-12', 'null'],
    wrong: ['3.5', '"3"', '3.0'],
  },
  {
    keywords: ['enum', 'const'],
    says: 'Numbers as JavaScript, Python and the text of the schema write them; where the type is `integer` without a point. Characters beyond ASCII may be escaped.',
    schema: { enum: ['é', 3, 1e-6, { a: [1, 2] }] },
    right: ['"é"', '"\\u00E9"', '3', '1e-06', '0.000001', '{"a":[1,2]}'],
    wrong: ['"e"', '"\\u00e8"', '30', '1e-05', '{"a":[2,1]}'],
  },
  {
    keywords: ['minLength', 'maxLength'],
    says: 'Counted in characters; one that is escaped counts once.',
    schema: { type: 'string', minLength: 2, maxLength: 3 },
    right: ['"ab"', '"\\u0041b"', '"é😀"'],
    wrong: ['"a"', '"abcd"'],
  },
  {
    keywords: ['pattern'],
    says: 'Found anywhere in the text, in JavaScript’s syntax. Anchors anywhere, look-around only at its edges, and no back-references. Characters beyond ASCII and slashes may be escaped.',
    schema: { type: 'string', pattern: '^[a-zé-ü😀]+/\\d$' },
    right: ['"ab/1"', '"ab\\/1"', '"é\\u00e9/1"', '"😀\\uD83D\\uDE00/2"'],
    wrong: ['"/1"', '"ab/"', '"ab/12"', '"\\u00df/1"', '"\\ud83d/1"', '"\\uD83D\\uDE01/2"'],
  },
  {
    keywords: ['format'],
    says: 'The formats below. Others are ignored with a warning, as the standard has it.',
    schema: { type: 'string', format: 'date' },
    right: ['"2024-02-29"'],
    wrong: ['"2023-02-29"', '"yesterday"'],
  },
  {
    keywords: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
    says: 'Numbers with bounds have an exponent only after a number below ten. In draft 4 `exclusiveMinimum` is true or false.',
    schema: { $schema: draft('draft-04'), type: 'number', minimum: 1.5, exclusiveMinimum: true, maximum: 3 },
    right: ['1.6', '3', '3.0', '2e0', '2.5e+00'],
    wrong: ['1.5', '3.01', '1.5e0', '3.01e0', '2e1', '2e-1', '0.2e1'],
  },
  {
    keywords: ['multipleOf'],
    says: 'Decimals exactly, up to some thousands of the last place; written without an exponent.',
    schema: { type: 'number', multipleOf: 0.25, minimum: -1 },
    right: ['0.75', '-0.5', '3', '2.250'],
    wrong: ['0.3', '-1.25', '2.2'],
  },
  {
    keywords: ['properties', 'required'],
    says: 'In the order of the schema; a required name that is not listed comes after those that are.',
    schema: { type: 'object', properties: { a: { type: 'integer' }, b: {} }, required: ['b'] },
    right: ['{"a":1,"b":2}', '{"b":null,"c":3}'],
    wrong: ['{"a":1}', '{"b":1,"a":1}', '{"a":"x","b":1}'],
  },
  {
    keywords: ['additionalProperties'],
    says: 'After the named ones, in any order. Objects with named properties are closed where the node says so.',
    schema: { properties: { a: {} }, additionalProperties: { type: 'integer' }, type: 'object' },
    right: ['{"a":"x","b":1}', '{"c":1,"b":2}'],
    wrong: ['{"a":1,"b":"x"}'],
  },
  {
    keywords: ['patternProperties'],
    says: 'Any number of patterns; a key that matches several meets the schemas of all.',
    schema: {
      type: 'object',
      patternProperties: {
        '^n': { type: 'number' },
        x$: { minimum: 5 },
        '^.y': false,
        '^a': true,
        '^b': { type: 'null' },
      },
      additionalProperties: false,
    },
    right: ['{"n":1,"nx":6}', '{"a":"b","b":null}', '{"ax":7}'],
    wrong: ['{"nx":4}', '{"ny":1}', '{"c":1}', '{"b":1}'],
  },
  {
    keywords: ['propertyNames'],
    says: 'Of all keys, named ones too; `false` allows none.',
    schema: { type: 'object', propertyNames: { anyOf: [{ maxLength: 2 }, { enum: ['long'] }] } },
    right: ['{"ab":1,"long":2}', '{}'],
    wrong: ['{"abc":1}'],
  },
  {
    keywords: ['minProperties', 'maxProperties'],
    says: 'Beside named properties, too. Where more than one is asked for, or not so many are allowed, named ones keep their order if there may be others. A key counts once: where it matters none is written twice.',
    schema: {
      type: 'object',
      properties: { a: {}, b: {} },
      required: ['a'],
      minProperties: 2,
      maxProperties: 3,
    },
    right: ['{"a":1,"b":2}', '{"a":1,"c":2}', '{"a":1,"b":2,"c":3}'],
    wrong: ['{"a":1}', '{"a":1,"b":2,"c":3,"d":4}', '{"a":1,"a":2}'],
  },
  {
    keywords: ['minProperties'],
    says: 'Of keys that patterns or `propertyNames` leave, as well.',
    schema: { type: 'object', minProperties: 2, propertyNames: { pattern: '^x' } },
    right: ['{"x":1,"xx":1}'],
    wrong: ['{"x":1,"x":2}', '{"x":1,"\\u0078":2}', '{"x":1}', '{"x":1,"y":1}'],
  },
  {
    keywords: ['dependencies', 'dependentRequired', 'dependentSchemas'],
    says: 'A property that is there demands others, or a schema of the object.',
    schema: {
      type: 'object',
      properties: { card: {}, address: {}, kind: {} },
      dependencies: { card: ['address'], kind: { required: ['card'] } },
    },
    right: ['{"card":1,"address":2}', '{"address":2}', '{"card":1,"address":2,"kind":3}'],
    wrong: ['{"card":1}', '{"kind":3}', '{"address":2,"kind":3}'],
  },
  {
    keywords: ['unevaluatedProperties'],
    says: 'Of what no schema beside or inside it, of those that hold, has named.',
    schema: {
      type: 'object',
      properties: { kind: { type: 'string' } },
      anyOf: [
        { properties: { a: { type: 'integer' } }, required: ['a'] },
        { properties: { b: { type: 'integer' } }, required: ['b'] },
      ],
      unevaluatedProperties: false,
    },
    right: ['{"kind":"x","a":1}', '{"a":1,"b":2}', '{"b":2}'],
    wrong: ['{"kind":"x"}', '{"a":1,"c":1}', '{"a":1,"b":"x"}'],
  },
  {
    keywords: ['items', 'prefixItems', 'additionalItems'],
    says: 'A list of `items`, as older drafts write it, is what `prefixItems` is now.',
    schema: {
      type: 'array',
      prefixItems: [{ type: 'string' }, { type: 'integer' }],
      items: { type: 'null' },
    },
    right: ['[]', '["a"]', '["a",1,null]'],
    wrong: ['[1]', '["a",1,2]'],
  },
  {
    keywords: ['minItems', 'maxItems'],
    says: 'Any numbers.',
    schema: { type: 'array', minItems: 1, maxItems: 2 },
    right: ['[1]', '[1,[]]'],
    wrong: ['[]', '[1,2,3]'],
  },
  {
    keywords: ['contains', 'minContains', 'maxContains'],
    says: 'Counted; an upper limit needs what `contains` says to have a complement.',
    schema: { type: 'array', contains: { type: 'integer', minimum: 5 }, minContains: 1, maxContains: 2 },
    right: ['[5]', '["a",7,1,8]', '[5.5,6]'],
    wrong: ['[]', '[1,"a"]', '[5,6,7]', '[5.5]'],
  },
  {
    keywords: ['uniqueItems'],
    says: 'Of values that are listed, or whole numbers between bounds, up to 4,096, by the automaton alone. Others are remembered while they are written, up to 10,000 items and a million characters in a list; no key comes twice in objects among them. `minItems` and `minContains` above one need as many values that surely differ, or it is refused; where they ask for two or more items that are remembered, `finish` knows no way out.',
    schema: {
      type: 'array',
      items: { anyOf: [{ enum: ['a', 'b'] }, { type: 'integer', minimum: 1, maximum: 31 }] },
      uniqueItems: true,
      minItems: 1,
    },
    right: ['["a"]', '["b",31,"a",3]'],
    wrong: ['[]', '["a","a"]', '[1,"b",1]', '[32]'],
  },
  {
    keywords: ['uniqueItems'],
    says: 'Items are equal as the standard has it: numbers by their value (as a double), texts however they are escaped, objects in any order of their keys.',
    schema: { type: 'array', uniqueItems: true },
    right: [
      '["a","b","ab"]',
      '[1,"1",true,[1],{"a":1},{"b":1}]',
      '[{"a":1,"b":2},{"b":2,"a":3}]',
      '[[1,1],[1]]',
    ],
    wrong: [
      '["a","a"]',
      '["a","\\u0061"]',
      '[1,1.0]',
      '[100,1e2]',
      '[{"a":1,"b":2},{"b":2,"a":1}]',
      '[[1],[1]]',
      '[null,null]',
      '[{"a":1,"a":2}]',
    ],
  },
  {
    keywords: ['unevaluatedItems'],
    says: 'Of what no schema beside or inside it, of those that hold, has an item for. Not beside `contains`.',
    schema: {
      type: 'array',
      prefixItems: [{ type: 'string' }],
      anyOf: [{ prefixItems: [true, { const: 1 }] }, { maxItems: 1 }],
      unevaluatedItems: false,
    },
    right: ['["a"]', '["a",1]', '[]'],
    wrong: ['["a",2]', '["a",1,2]'],
  },
  {
    keywords: ['allOf', 'anyOf'],
    says: 'Up to 5,000 combinations of alternatives.',
    schema: { allOf: [{ anyOf: [{ type: 'string' }, { type: 'integer' }] }, { minimum: 3, minLength: 2 }] },
    right: ['"ab"', '3'],
    wrong: ['"a"', '2', 'null'],
  },
  {
    keywords: ['oneOf'],
    says: 'Options that may hold together exclude one another by what they say, where that has a complement.',
    schema: {
      oneOf: [
        { type: 'integer', multipleOf: 3 },
        { type: 'integer', multipleOf: 5 },
      ],
    },
    right: ['3', '10', '-9'],
    wrong: ['15', '0', '7', '"3"'],
  },
  {
    keywords: ['not'],
    says: 'Wherever what it forbids has a complement: all but `uniqueItems`, `unevaluated…` and `items` after `prefixItems`. Of a format: texts that nobody could take for one.',
    schema: {
      type: 'object',
      properties: {
        name: { type: 'string', not: { pattern: '^x' } },
        age: { not: { enum: [1, 2, 'three'] } },
        page: { type: 'string', not: { format: 'uri' } },
      },
      not: { required: ['secret'] },
    },
    right: ['{"name":"ax","age":3}', '{"age":"four"}', '{"other":1}', '{"page":"./x"}'],
    wrong: [
      '{"page":"http://a.b/"}',
      '{"page":"http:// "}',
      '{"name":"xa"}',
      '{"age":2}',
      '{"age":2.0}',
      '{"age":"three"}',
      '{"secret":1}',
    ],
  },
  {
    keywords: ['if', 'then', 'else'],
    says: 'Where what `if` says has a complement.',
    schema: {
      type: 'object',
      properties: { kind: { enum: ['circle', 'square'] }, r: { type: 'number' }, side: { type: 'number' } },
      required: ['kind'],
      if: { properties: { kind: { const: 'circle' } } },
      // oxlint-disable-next-line unicorn/no-thenable
      then: { required: ['r'] },
      else: { required: ['side'] },
    },
    right: ['{"kind":"circle","r":1}', '{"kind":"square","side":2}'],
    wrong: ['{"kind":"circle"}', '{"kind":"square","r":1}'],
  },
  {
    keywords: ['$ref', '$defs', 'definitions'],
    says: 'By pointer, `$id`, `id` or anchor. Up to draft 7 (said by `$schema`) what stands beside `$ref` is ignored.',
    schema: {
      $ref: '#/$defs/a',
      $defs: {
        a: { type: 'object', properties: { b: { $ref: '#/$defs/b' } }, additionalProperties: false },
        b: { type: ['array', 'null'], items: { $ref: 'https://example.com/a' } },
        c: { $id: 'https://example.com/a', $ref: 'root#top' },
        d: { $id: 'https://example.com/root', $anchor: 'top', const: 1 },
      },
    },
    right: ['{"b":[1,1]}', '{}', '{"b":null}'],
    wrong: ['{"b":{}}', '{"b":[2]}'],
  },
  {
    keywords: ['$dynamicRef', '$recursiveRef'],
    says: 'Where only one schema has the anchor, which is what a reference without it means.',
    schema: {
      $dynamicAnchor: 'node',
      type: 'object',
      properties: { next: { $dynamicRef: '#node' } },
      additionalProperties: false,
    },
    right: ['{}', '{"next":{"next":{}}}'],
    wrong: ['{"next":1}'],
  },
]

export const refused: readonly RefusedSample[] = [
  {
    what: '`uniqueItems` of more items than surely differ',
    instead: 'a lower `minItems`',
    schema: {
      properties: {
        tags: { type: 'array', items: { type: 'string', pattern: '^[ab]$' }, uniqueItems: true, minItems: 3 },
      },
    },
    path: '#/properties/tags/uniqueItems',
  },
  {
    what: '`oneOf` whose options may hold together and have no complement',
    instead: '`anyOf`, or a property with a different `const` in each',
    schema: {
      oneOf: [
        { type: 'array', prefixItems: [{ type: 'string' }], items: { type: 'integer' } },
        { type: 'array', prefixItems: [{ type: 'string' }], items: { minimum: 3 } },
      ],
    },
    path: '#/oneOf',
  },
  {
    what: '`$ref` to a schema that is not there',
    instead: 'put it under `$defs` with its `$id`, or give it as one of the documents',
    schema: { $ref: 'https://example.com/x.json' },
    path: '#/$ref',
  },
  {
    what: '`$dynamicRef` where several schemas have the anchor',
    instead: '`$ref`',
    schema: { $defs: { a: { $dynamicAnchor: 'n' }, b: { $dynamicAnchor: 'n' } }, $dynamicRef: '#n' },
    path: '#/$dynamicRef',
  },
  {
    what: '`unevaluatedItems` beside `contains`',
    instead: '`items`',
    schema: { contains: { const: 1 }, unevaluatedItems: false },
    path: '#/unevaluatedItems',
  },
  {
    what: '`pattern` with look-around inside it or back-references',
    instead: 'spell the alternatives out',
    schema: { type: 'string', pattern: 'a(?=b)c' },
    path: '#/pattern',
  },
  {
    what: '`multipleOf` with many digits',
    instead: 'bounds, or a step of fewer digits',
    schema: { type: 'number', multipleOf: 0.123456 },
    path: '#/multipleOf',
  },
  {
    what: 'schemas of draft 3',
    instead: 'draft 4 or later',
    schema: { $schema: draft('draft-03') },
    path: '#/$schema',
  },
]
