import type { CApi } from './c-api.ts'

export interface Device {
  name: string
  description: string
  kind: 'cpu' | 'gpu' | 'integrated-gpu' | 'accelerator' | 'meta'
  freeBytes: number
  totalBytes: number
}

const kinds: readonly Device['kind'][] = ['cpu', 'gpu', 'integrated-gpu', 'accelerator', 'meta']

/** What the loaded backends can compute on; free memory as of now. */
export function listDevices(api: CApi): Device[] {
  return Array.from({ length: api.ggml_backend_dev_count() }, (_, index) => {
    const device = api.ggml_backend_dev_get(index)
    const free = new BigUint64Array(1)
    const total = new BigUint64Array(1)
    api.ggml_backend_dev_memory(device, free, total)
    return {
      name: api.ggml_backend_dev_name(device),
      description: api.ggml_backend_dev_description(device),
      kind: kinds[api.ggml_backend_dev_type(device)] ?? 'meta',
      freeBytes: Number(free[0]),
      totalBytes: Number(total[0]),
    }
  })
}
