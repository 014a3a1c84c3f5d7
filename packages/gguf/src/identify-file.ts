import { stat } from 'node:fs/promises'
import { namedParts } from './format/split-files.ts'

/**
 * A text that is the same as long as a file is: device, inode, size, and when it was last written and changed, in
 * nanoseconds. Whatever name it goes by; another file under its name has another. @throws the file system's error
 */
export async function identifyFile(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
  return [dev, ino, size, mtimeNs, ctimeNs].join(':')
}

/** As `identifyFile`, of all files of a model that may be split, by the name of its first. A part may be missing. */
export async function identifyModel(path: string): Promise<string> {
  const [first, ...others] = namedParts(path)
  const parts = others.map((part) => identifyFile(part).catch(() => 'missing'))
  return (await Promise.all([identifyFile(first ?? path), ...parts])).join(' ')
}
