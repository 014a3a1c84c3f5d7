import { nearest } from '@woolgather/workflow'

/** A file of the models folders. */
export interface NamedFile {
  file: string
  kind: 'model' | 'lora' | 'vector'
}

export type Resolved = { file: string } | { problem: string }

/**
 * The file that a name of mergekit's stands for: what `given` says, the file of exactly that path, or the only one
 * that is called as the last part of the name, whatever its quantisation.
 */
export function resolveName(
  name: string,
  kind: 'model' | 'lora',
  files: readonly NamedFile[],
  given: ReadonlyMap<string, string>,
): Resolved {
  const own = files.filter((file) => file.kind === kind).map(({ file }) => file)
  const wanted = given.get(name)
  if (wanted !== undefined) {
    return own.includes(wanted) ? { file: wanted } : { problem: `there is no ${kind} file ${wanted}` }
  }
  const path = name.replace(/^(\.\/)+/, '')
  const exact = [path, `${path}.gguf`].find((candidate) => own.includes(candidate))
  if (exact !== undefined) return { file: exact }
  const alike = own.filter((file) => stem(file) === stem(path))
  const [only] = alike
  if (only !== undefined && alike.length === 1) return { file: only }
  const say = `Say which under “Files”: ${name} = …`
  if (alike.length > 1) return { problem: `${name} could be ${alike.join(' or ')}. ${say}` }
  const close = nearest(stem(path), own.map(stem))
  const hints = own.filter((file) => close.includes(stem(file)))
  const choice = hints.length > 0 ? ` Is it ${hints.join(' or ')}?` : ''
  return { problem: `there is no ${kind} file for ${name}.${choice} ${say}` }
}

/** What two files of one model have in common: the name without folders, quantisation, and part of a split. */
function stem(path: string): string {
  const name = path.replaceAll('\\', '/').split('/').at(-1) ?? path
  return name
    .toLowerCase()
    .replace(/\.gguf$/, '')
    .replace(/-\d{5}-of-\d{5}$/, '')
    .replace(/[-._](f32|f16|bf16|fp16|fp32|i?q\d\w*)$/, '')
    .replace(/[-._]gguf$/, '')
    .replace(/[-._]lora$/, '')
}
