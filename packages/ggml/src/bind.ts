import koffi from 'koffi'
import type { LibraryHandle, TypeObject } from 'koffi'
import { prototypes, structs } from './c-api.ts'
import type { CallbackPointer, CApi, NativeFunction, Pointer, StructName, TensorPointer } from './c-api.ts'

const scalars = [
  'void',
  'bool',
  'int',
  'int8_t',
  'uint8_t',
  'int32_t',
  'uint32_t',
  'int64_t',
  'uint64_t',
  'size_t',
  'float',
]
const integerTypedefs = ['llama_token', 'llama_pos', 'llama_seq_id']

/** The bound structs as koffi lays them out; the header check compares them with the compiler's layout. */
export const structTypes: Record<StructName, TypeObject> = mapValues(structs, (members) =>
  koffi.struct(mapValues(members, (type) => toKoffiType(type, 'address'))),
)

export interface Libraries {
  llama: LibraryHandle
  ggml: LibraryHandle
  ggmlBase: LibraryHandle
}

/** Binds every declared function; a symbol that is missing throws, naming it. */
export function bindFunctions(libraries: Libraries): CApi {
  const bound = mapValues(prototypes, (prototype, name) => {
    const { result, args } = parsePrototype(prototype)
    return libraryOf(libraries, name).func(
      name,
      toKoffiType(result),
      args.map((arg) => toKoffiType(arg)),
    )
  })
  return bound as unknown as CApi
}

/** The backend registry is the small `ggml` library; tensors, devices and types are in `ggml-base`. */
const registryFunctions = /^ggml_backend_(load_|dev_count$|dev_get$)/

function libraryOf(libraries: Libraries, name: string): LibraryHandle {
  if (name.startsWith('llama_')) return libraries.llama
  return registryFunctions.test(name) ? libraries.ggml : libraries.ggmlBase
}

/** `'int32_t f(struct a *, float)'` → result `int32_t`, args `struct a *` and `float`. */
export function parsePrototype(prototype: string): { result: string; args: string[] } {
  const match = /^(.+?)\s*\b\w+\((.*)\)$/.exec(prototype)
  if (!match) throw new SyntaxError(`Not a C prototype: ${prototype}`)
  const args = match[2] === 'void' ? [] : match[2]!.split(', ')
  return { result: match[1]!, args }
}

export function toKoffiType(type: string, strings: 'text' | 'address' = 'text'): string | TypeObject {
  if (type === 'const char *' && strings === 'text') return 'str'
  if (type === 'const char **') return 'str *'
  if (scalars.includes(type)) return type
  if (integerTypedefs.includes(type) || type.startsWith('enum ')) return 'int32_t'
  if (type.startsWith('struct ') && !type.includes('*')) return structTypes[type.slice(7) as StructName]
  return 'void *'
}

function mapValues<Key extends string, In, Out>(
  record: Readonly<Record<Key, In>>,
  convert: (value: In, key: Key) => Out,
): Record<Key, Out> {
  const entries = Object.entries(record) as [Key, In][]
  return Object.fromEntries(entries.map(([key, value]) => [key, convert(value, key)])) as Record<Key, Out>
}

/** Calls on a worker thread, so that the event loop stays free. The arguments must stay referenced until it ends. */
export function callAsync<Args extends unknown[], Result>(
  fn: NativeFunction<Args, Result>,
  ...args: Args
): Promise<Result> {
  return new Promise((resolve, reject) => {
    fn.async(...args, (error, result) => (error ? reject(error as Error) : resolve(result)))
  })
}

/**
 * Address of the memory behind a typed array, valid while the array is referenced. The array must be a view of an
 * explicit ArrayBuffer: V8 keeps small arrays on its heap, where they move.
 */
export function addressOf(array: ArrayBufferView): Pointer {
  return koffi.address(array) as Pointer
}

/** Native floats as a typed array, without a copy; valid as long as the memory is. */
export function viewFloats(pointer: Pointer, length: number): Float32Array {
  return new Float32Array(koffi.view(pointer, length * Float32Array.BYTES_PER_ELEMENT))
}

/** Native 32-bit integers, copied out. */
export function readInts(pointer: Pointer, length: number): number[] {
  return [...new Int32Array(koffi.view(pointer, length * Int32Array.BYTES_PER_ELEMENT))]
}

const progressCallback = koffi.pointer(koffi.proto('bool', ['float', 'void *']))
const evalCallback = koffi.pointer(koffi.proto('bool', ['void *', 'bool', 'void *']))
const logCallback = koffi.pointer(koffi.proto('void', ['int32_t', 'str', 'void *']))

/** A JavaScript function that native code may call until `release`. It must not throw: inside an async call that ends the process. */
export interface RegisteredCallback {
  pointer: CallbackPointer
  release: () => void
}

/** `llama_progress_callback`: fraction loaded; returning false stops loading. */
export function registerProgressCallback(callback: (fraction: number) => boolean): RegisteredCallback {
  return register(callback, progressCallback)
}

/** `ggml_log_callback`: levels 1 debug, 2 info, 3 warning, 4 error, 5 continues the line before. */
export function registerLogCallback(callback: (level: number, text: string) => void): RegisteredCallback {
  return register(callback, logCallback)
}

/**
 * `ggml_backend_sched_eval_callback`: with `asks`, whether the tensor is wanted once computed; without, it was
 * computed, and false ends the graph there.
 */
export function registerEvalCallback(
  callback: (tensor: TensorPointer, asks: boolean) => boolean,
): RegisteredCallback {
  return register(callback, evalCallback)
}

function register(callback: (...args: never[]) => unknown, type: TypeObject): RegisteredCallback {
  const pointer = koffi.register(callback, type)
  return { pointer: pointer as CallbackPointer, release: () => koffi.unregister(pointer) }
}
