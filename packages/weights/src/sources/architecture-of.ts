import type { GgufFile } from '@woolgather/gguf'

export function architectureOf({ file }: { file: GgufFile }): string {
  return String(file.header.metadata.get('general.architecture') ?? '')
}
