import type { Expression, TokenCall } from '../grammar/expression.ts'
import type { SchemaNote } from '../json-schema/ignored-keywords.ts'
import type { LarkToken } from './read-tokens.ts'

/** What stands on the right of a rule or a terminal. */
export type LarkNode =
  /** A text, a regex, a range, or `%regex`. */
  | { readonly kind: 'terminal'; readonly expression: Expression }
  | LarkName
  | { readonly kind: 'sequence'; readonly items: readonly LarkNode[] }
  | { readonly kind: 'choice'; readonly options: readonly LarkNode[] }
  | { readonly kind: 'repeat'; readonly item: LarkNode; readonly minimum: number; readonly maximum: number }
  /** Joined by `&`: what all of them match. */
  | { readonly kind: 'all'; readonly items: readonly LarkNode[]; readonly at: LarkToken }
  /** `~X`: all texts but those. */
  | { readonly kind: 'not'; readonly item: LarkNode; readonly at: LarkToken }
  | { readonly kind: 'schema'; readonly text: string; readonly at: LarkToken }
  | { readonly kind: 'token'; readonly call: TokenCall; readonly at: LarkToken }

export interface LarkName {
  readonly kind: 'name'
  readonly name: string
  readonly at: LarkToken
  /** What a template is used with. */
  readonly parts?: readonly LarkPart[]
}

/** An argument of a template, and its text as tokens. */
export interface LarkPart {
  readonly node: LarkNode
  readonly tokens: readonly LarkToken[]
}

export interface LarkDefinition {
  readonly at: LarkToken
  readonly isTerminal: boolean
  /** Names of what a template is to be used with. */
  readonly parameters?: readonly string[]
  /** How a rule ends that llguidance says to be lazy. */
  readonly ending?: LarkEnding
  readonly body: LarkNode
}

/** `lazy`: as short as possible; `suffix`: the shortest that ends so; `stop`: up to where that comes. */
export interface LarkEnding {
  readonly kind: 'lazy' | 'suffix' | 'stop'
  readonly text?: LarkNode
  readonly at: LarkToken
}

export interface LarkFile {
  readonly definitions: ReadonlyMap<string, LarkDefinition>
  readonly ignored: readonly LarkNode[]
  /** What it says that is ignored. */
  readonly notes: readonly SchemaNote[]
}
