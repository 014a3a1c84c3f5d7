import { describeEndpoints } from './describe-endpoints.ts'
import { describeEvents } from './describe-events.ts'
import { describeRefusedGrammars, describeSamples } from './describe-grammars.ts'
import { describeMethods } from './describe-methods.ts'
import { describeOptions } from './describe-options.ts'
import { describeShortcuts } from './describe-shortcuts.ts'
import { describeEnforced, describeFormats, describeRefused } from './describe-schemas.ts'
import type { WriteBlock } from './marked-blocks.ts'

/**
 * What `npm run docs` writes into pages, by page and name. To add one: put `<!-- begin NAME -->` and
 * `<!-- end NAME -->` where it is to stand, and its line here.
 */
export const blocks: Readonly<Record<string, Readonly<Record<string, WriteBlock>>>> = {
  'docs/editor.md': { shortcuts: describeShortcuts },
  'docs/grammars.md': {
    regex: () => describeSamples('regex'),
    'refused-regex': () => describeRefusedGrammars('regex'),
    gbnf: () => describeSamples('gbnf'),
    lark: () => describeSamples('lark'),
    'refused-lark': () => describeRefusedGrammars('lark'),
  },
  'docs/merging.md': { methods: describeMethods },
  'docs/schemas.md': { enforced: describeEnforced, formats: describeFormats, refused: describeRefused },
  'docs/server.md': { options: describeOptions, endpoints: describeEndpoints, events: describeEvents },
}
