import type { GgufValue } from '@woolgather/gguf'
import { fileOf } from '../format/checkpoint-files.ts'
import { readTextFile } from '../format/read-json.ts'
import {
  contentOf,
  readChatTemplate,
  type NamedTemplates,
  type Step,
  type TokenizerConfig,
  type TokenizerFiles,
} from './tokenizer-files.ts'

/** Kinds of special tokens → their keys in a GGUF file; without one it says nothing of them. */
const idKeys: Readonly<Record<string, string>> = {
  bos: 'bos_token_id',
  eos: 'eos_token_id',
  unk: 'unknown_token_id',
  sep: 'seperator_token_id',
  pad: 'padding_token_id',
  mask: 'mask_token_id',
  eot: 'eot_token_id',
  eom: 'eom_token_id',
}
const addKeys: readonly string[] = ['bos', 'eos', 'sep']
const usualKinds: readonly string[] = ['bos', 'eos', 'unk', 'sep', 'pad', 'cls', 'mask']

export interface SpecialOptions {
  /** Ids from here on are no tokens. */
  size?: number | undefined
  merges: boolean
  /** Other kinds than usual. */
  kinds?: readonly string[]
  /** Ids that are known already. */
  known?: Readonly<Record<string, number>>
}

/**
 * Which tokens begin and end texts, and which are put there without being asked for; merges and chat template. As
 * llama.cpp's converter finds them: in tokenizer.json's template, by the names of the configuration, then by config.json.
 */
export async function specialTokens(
  tokenizer: TokenizerFiles,
  options: SpecialOptions,
): Promise<Map<string, GgufValue>> {
  const found = new SpecialTokens(tokenizer, options)
  const entries = new Map<string, GgufValue>()
  if (options.merges) {
    const merges = await readMerges(tokenizer)
    if (merges.length > 0) entries.set('merges', { type: 'array', of: 'text', values: merges })
  }
  for (const [kind, id] of found.ids) {
    const key = idKeys[kind]
    if (key !== undefined) entries.set(key, { type: 'u32', value: id })
  }
  for (const [kind, value] of found.added) {
    if (addKeys.includes(kind)) entries.set(`add_${kind}_token`, { type: 'bool', value })
  }
  for (const [flag, value] of normalizerFlags(tokenizer.json?.normalizer)) {
    entries.set(`normalizer.${flag}`, { type: 'bool', value })
  }
  return new Map([...entries].map(([key, value]) => [`tokenizer.ggml.${key}`, value]))
}

/** The chat template, and those that have names. */
export async function chatTemplates(tokenizer: TokenizerFiles): Promise<Map<string, GgufValue>> {
  const template = await readChatTemplate(tokenizer)
  const key = 'tokenizer.chat_template'
  if (template === undefined) return new Map()
  if (typeof template === 'string') return new Map([[key, { type: 'text', value: template }]])
  return namedTemplates(key, template)
}

function namedTemplates(key: string, templates: NamedTemplates): Map<string, GgufValue> {
  const entries = new Map<string, GgufValue>()
  const names: string[] = []
  for (const { name, template } of templates) {
    const plain = name.replaceAll(/[^A-Za-z0-9]/g, '_')
    if (plain === 'default') entries.set(key, { type: 'text', value: template })
    else if (plain !== '') {
      names.push(plain)
      entries.set(`${key}.${plain}`, { type: 'text', value: template })
    }
  }
  if (names.length > 0) entries.set(`${key}s`, { type: 'array', of: 'text', values: [...new Set(names)] })
  return entries
}

class SpecialTokens {
  readonly ids: Map<string, number>
  /** Whether they are put before or behind a text. */
  readonly added = new Map<string, boolean>()
  readonly #size: number
  /** Names that the template adds join the configuration's. */
  readonly #config: TokenizerConfig | undefined
  readonly #kinds: string[]

  constructor({ json, config, model }: TokenizerFiles, { size, kinds, known = {} }: SpecialOptions) {
    this.ids = new Map(Object.entries(known))
    this.#size = size ?? Infinity
    this.#config = config && { ...config }
    this.#kinds = [...(kinds ?? usualKinds)]
    if (json !== undefined) this.#readTemplate(json.post_processor ?? undefined)
    if (this.#config !== undefined) this.#readConfig(this.#config, json?.added_tokens ?? [])
    const text = (model['text_config'] ?? {}) as TokenizerConfig
    for (const kind of this.#kinds) {
      this.#set(kind, model[`${kind}_token_id`] ?? text[`${kind}_token_id`])
    }
  }

  #set(kind: string, id: unknown): void {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= this.#size) return
    if (!this.ids.has(kind)) this.ids.set(kind, id)
  }

  #name(kind: string): unknown {
    return this.#config?.[`${kind}_token`] ?? undefined
  }

  #rename(kind: string, name: unknown): void {
    if (this.#config !== undefined) this.#config[`${kind}_token`] = name
  }

  /** What a post-processor puts around a text. */
  #readTemplate(processor: Step | undefined): void {
    if (!this.#name('bos') && this.#name('cls')) this.#rename('bos', this.#name('cls'))
    if (!this.#name('eos') && this.#name('sep')) this.#rename('eos', this.#name('sep'))
    if (processor === undefined) return
    const steps = Array.isArray(processor['processors']) ? (processor['processors'] as Step[]) : [processor]
    for (const step of steps) {
      if (step.type === 'RobertaProcessing') this.#readRoberta(step)
      if (step.type === 'TemplateProcessing') this.#readTemplateStep(step)
    }
  }

  #readRoberta(step: Step): void {
    for (const kind of addKeys) this.added.set(kind, true)
    const first = (value: unknown): unknown => (Array.isArray(value) ? (value as unknown[])[0] : undefined)
    if (!this.#name('cls')) this.#rename('cls', first(step['cls']) ?? this.#name('bos'))
    if (!this.#name('sep')) this.#rename('sep', first(step['sep']) ?? this.#name('eos'))
  }

  #readTemplateStep(step: Step): void {
    const [single, pair] = [partsOf(step['single']), partsOf(step['pair'])]
    const [first, last] = single.length > 1 ? [single[0]?.special, single.at(-1)?.special] : []
    if (first !== undefined) this.#readFirst(first)
    if (last !== undefined) this.#readLast(last)
    if (pair.length > 0) this.#readPair(pair, first, last)
  }

  #readFirst(first: string): void {
    const isKnown = (): boolean => [this.#name('bos'), this.#name('cls')].map(contentOf).includes(first)
    if (this.#config !== undefined && !isKnown()) {
      if (!this.#name('bos')) this.#rename('bos', first)
      if (!this.#name('cls')) this.#rename('cls', first)
    }
    this.added.set('bos', this.#config === undefined || isKnown())
  }

  #readLast(last: string): void {
    const eos = this.#name('eos')
    if (this.#config !== undefined && contentOf(eos) !== last) {
      const other = ['eot', 'eom'].find((kind) => !this.#kinds.includes(kind))
      if (other !== undefined) {
        this.#kinds.push(other)
        this.#rename(other, eos)
      }
      this.#rename('eos', last)
    }
    this.added.set('eos', true)
  }

  /** Whether something stands between two texts. */
  #readPair(whole: Part[], first: string | undefined, last: string | undefined): void {
    const start = first !== undefined && whole[0]?.special === first ? 1 : 0
    const end = last !== undefined && whole.at(-1)?.special === last ? -1 : undefined
    const pair = whole.slice(start, end)
    const between = pair.slice(1, -1)
    if (pair[0]?.sequence !== 'A' || pair.at(-1)?.sequence !== 'B' || between.length === 0) return
    const ends = [this.#name('sep'), this.#name('eos')].map(contentOf)
    const isEnd = (part: Part | undefined): boolean =>
      part?.special !== undefined && ends.includes(part.special)
    const adds = (isEnd(between[0]) && last === undefined) || (between.length === 2 && isEnd(between[1]))
    this.added.set('sep', adds)
    if (adds && !this.#name('sep')) this.#rename('sep', this.#name('eos'))
  }

  #readConfig(config: TokenizerConfig, tokens: readonly { id: number; content: string }[]): void {
    for (const kind of this.#kinds) {
      const add = config[`add_${kind}_token`]
      if (typeof add === 'boolean') this.added.set(kind, add)
      const content = contentOf(config[`${kind}_token`])
      if (content === undefined) continue
      this.#set(kind, tokens.find((token) => token.content === content)?.id)
    }
  }
}

/** A part of a template: a special token, or a text. */
interface Part {
  special?: string | undefined
  sequence?: string | undefined
}

function partsOf(value: unknown): Part[] {
  if (!Array.isArray(value)) return []
  const idOf = (part: unknown): string | undefined => {
    const id = (part as { id?: unknown } | undefined)?.id
    return typeof id === 'string' ? id : undefined
  }
  return (value as Step[]).map((part) => ({
    special: idOf(part['SpecialToken']),
    sequence: idOf(part['Sequence']),
  }))
}

async function readMerges({ json, files }: TokenizerFiles): Promise<string[]> {
  const merges = json?.model.merges ?? []
  // A space within a piece is written as the letter that stands for it in byte-level vocabularies.
  const inOne = merges.map((pair) =>
    typeof pair === 'string' ? pair : pair.map((part) => part.replaceAll(' ', 'Ġ')).join(' '),
  )
  if (inOne.length > 0) return inOne
  const file = fileOf(files, 'merges.txt')
  const lines = file === undefined ? [] : ((await readTextFile(file, 67_108_864)) ?? '').split('\n')
  return lines
    .slice(lines[0]?.startsWith('#') ? 1 : 0)
    .map((line) => line.trim().split(/\s+/))
    .filter((parts) => parts.length === 2)
    .map((parts) => parts.join(' '))
}

function* normalizerFlags(normalizer: Step | null | undefined): Generator<[string, boolean]> {
  if (normalizer?.type === 'Lowercase') yield ['lowercase', true]
  if (normalizer?.type === 'StripAccents') yield ['strip_accents', true]
  if (normalizer?.type === 'Sequence' && Array.isArray(normalizer['normalizers'])) {
    for (const step of normalizer['normalizers'] as Step[]) yield* normalizerFlags(step)
  }
}
