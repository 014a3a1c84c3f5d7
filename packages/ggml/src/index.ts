export { chooseBinary, type Gpu } from './choose-binary.ts'
export { loadNative } from './load-native.ts'
export type { Native } from './load-native.ts'
export { NativeError } from './native-error.ts'
export {
  addressOf,
  callAsync,
  readInts,
  registerEvalCallback,
  registerProgressCallback,
  viewFloats,
} from './bind.ts'
export type {
  AdapterPointer,
  Batch,
  CallbackPointer,
  CApi,
  ContextPointer,
  MemoryPointer,
  ModelPointer,
  Pointer,
  SamplerPointer,
  TensorPointer,
  VocabPointer,
} from './c-api.ts'
export { dequantizeRows, quantizeRows, rowBytes, tensorTypes } from './quantize.ts'
export type { TensorType } from './quantize.ts'

// tensors to compute with
export { loadTensorApi, setBackendThreads, type TensorApi } from './tensor-api.ts'
export type {
  AllocatorPointer,
  BackendPointer,
  BufferPointer,
  GraphPointer,
  TensorContext,
} from './tensor-api.ts'
