export { chooseBinary } from './choose-binary.ts'
export type { Gpu, NativeBinary } from './choose-binary.ts'
export { loadNative } from './load-native.ts'
export type { Native } from './load-native.ts'
export { NativeError } from './native-error.ts'
export { NativeLog } from './native-log.ts'
export type { Device } from './devices.ts'
export {
  addressOf,
  callAsync,
  readInts,
  registerEvalCallback,
  registerProgressCallback,
  viewFloats,
} from './bind.ts'
export type { RegisteredCallback } from './bind.ts'
export type {
  AdapterPointer,
  Batch,
  CallbackPointer,
  CApi,
  ContextParams,
  ContextPointer,
  MemoryPointer,
  ModelParams,
  ModelPointer,
  NativeFunction,
  Pointer,
  SamplerPointer,
  TensorPointer,
  VocabPointer,
} from './c-api.ts'
export { dequantizeRows, quantizeRows, rowBytes, tensorTypes } from './quantize.ts'
export type { TensorType } from './quantize.ts'
