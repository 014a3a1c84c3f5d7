import { WoolgatherError } from '@woolgather/workflow'

// Of some models queries, keys and values are one matrix, and so are gate and up.
const attention = ['attn_q', 'attn_k', 'attn_v', 'attn_qkv', 'attn_output']
const feedForward = ['ffn_gate', 'ffn_up', 'ffn_down']

/** What people write, here and for PEFT. */
const names: Readonly<Record<string, readonly string[]>> = {
  all: [...attention, ...feedForward],
  'all-linear': [...attention, ...feedForward],
  attention,
  'feed-forward': feedForward,
  mlp: feedForward,
  ...Object.fromEntries(
    [...attention, ...feedForward].flatMap((name) => {
      const short = name.replace(/^(attn|ffn)_/, '')
      return [name, short, `${short}_proj`].map((written) => [written, [name]])
    }),
  ),
  o_proj: ['attn_output'],
  o: ['attn_output'],
  gate_up_proj: ['ffn_up'],
}

/** Names of tensors, without block and suffix. @throws WoolgatherError invalid-input */
export function readTargets(text: string): string[] {
  const written = text.split(/[\s,;]+/).filter((part) => part !== '')
  const found = written.flatMap((name) => {
    const own = Object.hasOwn(names, name.toLowerCase()) ? names[name.toLowerCase()] : undefined
    if (own !== undefined) return own
    throw new WoolgatherError('invalid-input', `“${name}” is nothing that a LoRA can change here.`, {
      input: 'targets',
      hint: 'Write all, attention, feed-forward, or some of q, k, v, qkv, output, gate, up, down.',
    })
  })
  return found.length === 0 ? [...names['all']!] : [...new Set(found)]
}
