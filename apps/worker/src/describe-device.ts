import type { RuntimeInfo } from '@woolgather/llama'

const names: Record<RuntimeInfo['backend'], string> = {
  cpu: 'CPU',
  cuda: 'CUDA',
  metal: 'Metal',
  vulkan: 'Vulkan',
}

/** What the models run on, for people: "CPU, 3 threads", "CUDA, NVIDIA RTX 4090". */
export function describeDevice({ backend, devices, threads }: RuntimeInfo): string {
  const detail =
    backend === 'cpu' || devices.length === 0
      ? `${threads} ${threads === 1 ? 'thread' : 'threads'}`
      : devices.map((device) => device.description || device.name).join(', ')
  return `${names[backend]}, ${detail}`
}
