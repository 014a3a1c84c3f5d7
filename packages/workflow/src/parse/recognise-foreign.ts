/** A known kind of file that is no workflow of ours: what it is, and what can be done with it. */
export interface Foreign {
  what: string
  hint: string
}

type Fields = { readonly [key: string]: unknown }

interface Kind extends Foreign {
  /** Whether a value parsed from JSON is of this kind. */
  isIt: (value: unknown) => boolean
}

interface TextKind extends Foreign {
  /** Each must be found in the text. */
  signs: readonly RegExp[]
}

/** Characters of a text that are looked at: what it is shows at its beginning. */
const mostLooked = 65_536

const startAfresh = 'Start from one of those in `workflows/`, or build it in the editor.'
const noImport = `There is no import for it. ${startAfresh}`

const mergekit: Foreign = {
  what: 'a mergekit configuration',
  hint: 'Paste it into a `merging/mergekit` node, or run it: woolgather run workflows/mergekit.json --set merge.config="$(cat FILE)".',
}

/** The first that fits: the more particular ones stand first. */
const kinds: readonly Kind[] = [
  {
    what: 'a ComfyUI workflow',
    hint: `ComfyUI makes images, and there is no import for it. ${startAfresh}`,
    isIt: (value) => isObject(value) && isList(value['nodes']) && isList(value['links']),
  },
  {
    what: 'a ComfyUI workflow in its API format',
    hint: `ComfyUI makes images, and there is no import for it. ${startAfresh}`,
    isIt: (value) =>
      isObject(value) && (haveAll(value, 'class_type') || haveAll(value['prompt'], 'class_type')),
  },
  {
    what: 'an InvokeAI workflow',
    hint: `InvokeAI makes images, and there is no import for it. ${startAfresh}`,
    isIt: (value) =>
      isGraph(value) &&
      ('exposedFields' in value || someNode(value, (node) => node['type'] === 'invocation')),
  },
  {
    what: 'an n8n workflow',
    hint: `${noImport} From n8n, Woolgather is called over HTTP: see docs/server.md.`,
    isIt: (value) => isObject(value) && isList(value['nodes']) && isObject(value['connections']),
  },
  {
    what: 'a Flowise flow',
    hint: noImport,
    isIt: (value) =>
      isGraph(value) &&
      someNode(
        value,
        ({ data }) =>
          isObject(data) && ('inputAnchors' in data || 'inputParams' in data || 'baseClasses' in data),
      ),
  },
  {
    what: 'a LangFlow flow',
    hint: noImport,
    isIt: (value) =>
      (isObject(value) && isGraph(value['data'])) ||
      (isGraph(value) && someNode(value, ({ data }) => isObject(data) && isObject(data['node']))),
  },
  {
    what: 'a ChainForge flow',
    hint: `${noImport} Its prompts in many variants are axes here: see docs/sweeps-and-loops.md.`,
    isIt: (value) => isObject(value) && isGraph(value['flow']),
  },
  {
    what: 'a Dify app',
    hint: noImport,
    // its field `workflow` is looked into as that of an output which carries one
    isIt: (value) =>
      isObject(value) && [value, value['workflow']].some((one) => isObject(one) && isGraph(one['graph'])),
  },
  {
    what: 'a Node-RED flow',
    hint: noImport,
    isIt: (value) =>
      isList(value) &&
      isObject(value[0]) &&
      ['tab', 'subflow'].includes(String(value[0]['type'])) &&
      'id' in value[0],
  },
  {
    what: 'a Haystack pipeline',
    hint: noImport,
    isIt: (value) => isObject(value) && isObject(value['components']) && isList(value['connections']),
  },
  { what: 'a graph of another program', hint: noImport, isIt: isGraph },
  {
    what: 'part of a Hugging Face model',
    hint: 'Woolgather loads models as GGUF files: `woolgather models` lists those it finds.',
    isIt: (value) =>
      isObject(value) &&
      (('model_type' in value && 'architectures' in value) || 'peft_type' in value || 'weight_map' in value),
  },
  {
    what: 'a tokenizer of a Hugging Face model',
    hint: 'Woolgather loads models as GGUF files, which have their tokenizer inside.',
    isIt: (value) => isObject(value) && isObject(value['model']) && 'vocab' in value['model'],
  },
  {
    what: 'a JSON Schema',
    hint: 'Paste it into a `steering/json-schema` node, which makes a model write what it describes.',
    isIt: (value) =>
      isObject(value) &&
      (String(value['$schema']).includes('json-schema.org') ||
        (value['type'] === 'object' && isObject(value['properties']))),
  },
  {
    what: 'a request to a chat model',
    hint: 'Send it to a running server, at /v1/chat/completions: see docs/server.md.',
    isIt: (value) => isObject(value) && isList(value['messages']),
  },
]

const textKinds: readonly TextKind[] = [
  { ...mergekit, signs: [/^merge_method\s*:/m] },
  {
    what: 'a mergekit-moe configuration',
    hint: 'Mixtures of experts are not made here; other merges are, with `merging/mergekit`.',
    signs: [/^experts\s*:/m, /^base_model\s*:/m],
  },
  { what: 'a Dify app', hint: noImport, signs: [/^kind\s*:\s*app\b/m] },
  { what: 'a Rivet project', hint: noImport, signs: [/^version\s*:/m, /^data\s*:/m, /^[ \t]+graphs\s*:/m] },
  {
    what: 'a promptfoo configuration',
    hint: `${noImport} Its prompts, tests and variants are axes here: see docs/sweeps-and-loops.md.`,
    signs: [/^prompts\s*:/m, /^(providers|targets|tests)\s*:/m],
  },
  { what: 'a Haystack pipeline', hint: noImport, signs: [/^components\s*:/m, /^connections\s*:/m] },
  {
    what: 'an Ollama Modelfile',
    hint: 'Put the GGUF file it is made from into a models folder, and name it in a `loading/model` node.',
    signs: [/^FROM\s+\S+/m, /^(PARAMETER|TEMPLATE|SYSTEM|ADAPTER|MESSAGE|LICENSE)\s/m],
  },
  {
    what: 'a web page',
    hint: 'It was perhaps saved in place of the file it shows: download that, raw.',
    signs: [/^\s*<(!doctype html|html)\b/i],
  },
  { what: 'a grammar', hint: 'Paste it into a `steering/grammar` node.', signs: [/^root\s*::=/m] },
]

/** What a value parsed from JSON is, where it is of a known kind. */
export function recogniseValue(value: unknown): Foreign | undefined {
  // Some programs export several at once.
  const [first]: readonly unknown[] = isList(value) ? value : []
  return kinds.find(({ isIt }) => isIt(value)) ?? kinds.find(({ isIt }) => isIt(first))
}

/** What a text that is no JSON is, where it is of a known kind. */
export function recogniseText(text: string): Foreign | undefined {
  const start = text.slice(0, mostLooked)
  return textKinds.find(({ signs }) => signs.every((sign) => sign.test(start)))
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

function isGraph(value: unknown): value is Fields & { nodes: readonly unknown[] } {
  return isObject(value) && isList(value['nodes']) && isList(value['edges'])
}

function someNode({ nodes }: { nodes: readonly unknown[] }, is: (node: Fields) => boolean): boolean {
  return nodes.some((node) => isObject(node) && is(node))
}

/** Whether there are fields, and each holds an object with the field `name`. */
function haveAll(value: unknown, name: string): boolean {
  const held = isObject(value) ? Object.values(value) : []
  return held.length > 0 && held.every((one) => isObject(one) && name in one)
}
