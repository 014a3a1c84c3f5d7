import { parsePrototype, structTypes } from '../bind.ts'
import { prototypes, structs } from '../c-api.ts'
import { tensorPrototypes } from '../tensor-api.ts'
import { tensorTypes } from '../quantize.ts'

const all = { ...prototypes, ...tensorPrototypes }

/**
 * A C program that prints what the headers say of everything bound: a line `function NAME 1` where the bound
 * prototype is the header's type, `offset STRUCT MEMBER N`, `size STRUCT N`, `value NAME N`. Nothing is linked:
 * the functions are only named, never called.
 */
export function writeProbe(): string {
  const lines = [...functionLines(), ...structLines(), ...callbackLines(), ...valueLines()]
  return [
    '#include <stdio.h>',
    '#include <stddef.h>',
    '#include "llama.h"',
    '#include "ggml-alloc.h"',
    '#define SAME(a, b) __builtin_types_compatible_p(__typeof__(a), __typeof__(b))',
    'int main(void) {',
    ...lines.map(([format, expression]) => `  printf("${format} %d\\n", (int) (${expression}));`),
    '  return 0;',
    '}',
    '',
  ].join('\n')
}

/** What `writeProbe` prints where the headers agree with `c-api.ts`. */
export function expectedOutput(): string[] {
  return [
    ...Object.keys(all).map((name) => `function ${name} 1`),
    ...Object.entries(structTypes).flatMap(([name, type]) => [
      `size ${name} ${type.size}`,
      ...Object.values(type.members ?? {}).map((member) => `offset ${name} ${member.name} ${member.offset}`),
    ]),
    ...Object.keys(callbackTypes).map((name) => `function ${name} 1`),
    ...Object.entries(tensorTypes).map(([name, value]) => `value ${name} ${value}`),
    `offset ggml_type_traits to_float ${typeTraitsOffset}`,
    'value enum 4',
    'value tensor 1',
  ]
}

type Line = [format: string, expression: string]

function functionLines(): Line[] {
  return Object.entries(all).map(([name, prototype]) => {
    const { result, args } = parsePrototype(prototype)
    return [`function ${name}`, `SAME(&${name}, ${result} (*)(${args.join(', ') || 'void'}))`]
  })
}

function structLines(): Line[] {
  return Object.entries(structs).flatMap(([name, members]): Line[] => [
    [`size ${name}`, `sizeof(struct ${name})`],
    ...Object.keys(members).map((member): Line => [
      `offset ${name} ${member}`,
      `offsetof(struct ${name}, ${member})`,
    ]),
  ])
}

/** How native code calls back, as `bind.ts` declares it to koffi. */
const callbackTypes = {
  llama_progress_callback: 'bool (*)(float, void *)',
  ggml_log_callback: 'void (*)(enum ggml_log_level, const char *, void *)',
  ggml_abort_callback: 'bool (*)(void *)',
  ggml_backend_sched_eval_callback: 'bool (*)(struct ggml_tensor *, bool, void *)',
  ggml_to_float_t: 'void (*)(const void *, float *, int64_t)',
}

function callbackLines(): Line[] {
  return Object.entries(callbackTypes).map(([name, type]) => [`function ${name}`, `SAME(${name}, ${type})`])
}

/** Where `quantize.ts` reads the converter from. */
const typeTraitsOffset = 40

function valueLines(): Line[] {
  return [
    ...Object.keys(tensorTypes).map((name): Line => [`value ${name}`, `GGML_TYPE_${name}`]),
    ['offset ggml_type_traits to_float', 'offsetof(struct ggml_type_traits, to_float)'],
    // Enums are bound as 32-bit integers, and the tensor that stands for a switch has 512 bytes.
    ['value enum', 'sizeof(enum ggml_type)'],
    ['value tensor', 'sizeof(struct ggml_tensor) <= 512'],
  ]
}
