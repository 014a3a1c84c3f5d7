// What threads need that convert tensors: none of what finds and loads the whole library, which takes its time.
export { loadQuantizer, type QuantizerApi } from './load-quantizer.ts'
export { dequantizeRows, quantizeRows, type TensorType } from './quantize.ts'
