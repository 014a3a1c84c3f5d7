import type { ChatTemplatePreset } from '../contract/interface.ts'

export interface PresetTemplate {
  jinja: string
  /** Texts at which the assistant's turn ends where the model writes on instead of ending it. */
  stop: readonly string[]
}

/**
 * Chat formats of models whose GGUF files carry none, as the projects that trained them documented them. Where
 * the generation prompt ends with a colon, the model writes the space after it: an answer is trimmed when it is
 * rendered again, so that it reads as it was generated.
 */
export const presets: Readonly<Record<ChatTemplatePreset, PresetTemplate>> = {
  // OpenAI's chat markup, as in llama.cpp and transformers: https://github.com/openai/openai-python/blob/v0.28.1/chatml.md
  chatml: {
    jinja:
      "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}{% endfor %}" +
      "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
    stop: ['<|im_end|>', '<|im_start|>'],
  },

  // Vicuna v1.1 and later, FastChat's conversation.py: separators are a space and </s>, not newlines.
  vicuna: {
    jinja:
      systemOr(
        "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, and polite answers to the user's questions.",
      ) +
      "{{ system + ' ' }}{% for message in turns %}" +
      "{% if message['role'] == 'user' %}{{ 'USER: ' + message['content'] + ' ' }}" +
      "{% else %}{{ 'ASSISTANT: ' + message['content'] | trim + (eos_token or '</s>') }}{% endif %}" +
      '{% endfor %}' +
      "{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}",
    stop: ['</s>', 'USER:'],
  },

  // Stanford Alpaca's "no input" prompt (train.py), where the answer follows the colon.
  alpaca: {
    jinja:
      systemOr(
        'Below is an instruction that describes a task. Write a response that appropriately completes the request.',
      ) +
      '{{ system }}{% for message in turns %}' +
      "{% if message['role'] == 'user' %}{{ '\n\n### Instruction:\n' + message['content'] }}" +
      "{% else %}{{ '\n\n### Response:' + message['content'] + (eos_token or '</s>') }}{% endif %}" +
      '{% endfor %}' +
      "{% if add_generation_prompt %}{{ '\n\n### Response:' }}{% endif %}",
    stop: ['</s>', '### Instruction:', '### Input:'],
  },

  // RedPajama-INCITE-Chat's model card. It knows no system prompt: one is put before the conversation.
  redpajama: {
    jinja:
      systemOr('') +
      "{% if system %}{{ system + '\n' }}{% endif %}{% for message in turns %}" +
      "{% if message['role'] == 'user' %}{{ '<human>: ' + message['content'] + '\n' }}" +
      "{% else %}{{ '<bot>: ' + message['content'] | trim + '\n' }}{% endif %}" +
      '{% endfor %}' +
      "{% if add_generation_prompt %}{{ '<bot>:' }}{% endif %}",
    stop: ['<human>'],
  },

  // Falcon-instruct 7B and 40B, with FastChat's roles and stop string.
  falcon: {
    jinja:
      systemOr('') +
      "{% if system %}{{ system + '\n' }}{% endif %}{% for message in turns %}" +
      "{% if message['role'] == 'user' %}{{ 'User: ' + message['content'] + '\n' }}" +
      "{% else %}{{ 'Assistant: ' + message['content'] | trim + '\n' }}{% endif %}" +
      '{% endfor %}' +
      "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}",
    stop: ['\nUser', '<|endoftext|>'],
  },

  // Gemma 1 to 3: https://ai.google.dev/gemma/docs/core/prompt-structure. A system prompt begins the user's first turn.
  gemma: {
    jinja:
      systemOr('') +
      '{{ bos_token }}{% for message in turns %}' +
      "{{ '<start_of_turn>' + ('model' if message['role'] == 'assistant' else 'user') + '\n' }}" +
      "{% if loop.first and system %}{{ system + '\n\n' }}{% endif %}" +
      "{{ message['content'] | trim + '<end_of_turn>\n' }}" +
      '{% endfor %}' +
      "{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}",
    stop: ['<end_of_turn>', '<start_of_turn>'],
  },

  // Llama 2 chat: Meta's llama/generation.py. Every exchange begins with BOS and ends with EOS.
  llama2: {
    jinja:
      systemOr('') +
      '{% for message in turns %}' +
      "{% if message['role'] == 'user' %}{{ (bos_token or '<s>') + '[INST] ' }}" +
      "{% if loop.first and system %}{{ '<<SYS>>\n' + system + '\n<</SYS>>\n\n' }}{% endif %}" +
      "{{ message['content'] | trim + ' [/INST]' }}" +
      "{% else %}{{ ' ' + message['content'] | trim + ' ' + (eos_token or '</s>') }}{% endif %}" +
      '{% endfor %}',
    stop: ['</s>', '[INST]'],
  },

  // Llama 3 instruct: https://www.llama.com/docs/model-cards-and-prompt-formats/meta-llama-3
  llama3: {
    jinja:
      "{{ bos_token }}{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] | trim + '<|eot_id|>' }}{% endfor %}" +
      "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
    stop: ['<|eot_id|>', '<|start_header_id|>'],
  },

  // Mistral 7B instruct, as published with v0.1. A system prompt begins the user's first turn.
  mistral: {
    jinja:
      systemOr('') +
      '{{ bos_token }}{% for message in turns %}' +
      "{% if message['role'] == 'user' %}{{ '[INST] ' }}" +
      "{% if loop.first and system %}{{ system + '\n\n' }}{% endif %}{{ message['content'] + ' [/INST]' }}" +
      "{% else %}{{ message['content'] + (eos_token or '</s>') + ' ' }}{% endif %}" +
      '{% endfor %}',
    stop: ['</s>', '[INST]'],
  },

  // Phi-3 and 3.5 instruct: the model cards.
  phi3: {
    jinja:
      "{% for message in messages %}{{ '<|' + message['role'] + '|>\n' + message['content'] + '<|end|>\n' }}{% endfor %}" +
      "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}",
    stop: ['<|end|>', '<|user|>'],
  },
}

/** Sets `system` (the first message's text, or `preset`) and `turns` (the others, user and assistant only). */
function systemOr(preset: string): string {
  return (
    "{% if messages and messages[0]['role'] == 'system' %}" +
    "{% set system = messages[0]['content'] %}{% set turns = messages[1:] %}" +
    `{% else %}{% set system = ${JSON.stringify(preset)} %}{% set turns = messages %}{% endif %}` +
    "{% for message in turns %}{% if message['role'] not in ['user', 'assistant'] %}" +
    "{{ raise_exception('This chat format knows user and assistant messages, and a system message at the beginning; it has no place for one of role ' + message['role'] + ' here.') }}" +
    '{% endif %}{% endfor %}'
  )
}
