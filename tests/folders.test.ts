import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { root } from './scratch.ts'

const sources = ['packages', 'apps']
  .flatMap((folder) => readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}/src`))
  .filter((source) => existsSync(path.join(root, source)))
  .concat('nodes')

function filesOf(source: string): string[] {
  return readdirSync(path.join(root, source), { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      /\.tsx?$/.test(file) &&
      !file.includes('.test') &&
      !file.split(path.sep).some((folder) => ['testing', 'dist', 'node_modules'].includes(folder)),
  )
}

/** What a file imports of its package, from its folder on. */
function importsOf(source: string, file: string): string[] {
  const text = readFileSync(path.join(root, source, file), 'utf8')
  const found = text.matchAll(/(?:from |import |import\()'(\.[^']+\.tsx?)'/g)
  return [...found].map(([, to]) => path.join(path.dirname(file), to!))
}

/** Folders by the folders they import, where a file belongs to `folderOf`. */
function importsOfFolders(source: string, folderOf: (file: string) => string): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>()
  for (const file of filesOf(source)) {
    const folder = folderOf(file)
    const imported = importsOf(source, file).map(folderOf)
    const known = folders.get(folder) ?? new Set()
    folders.set(folder, new Set([...known, ...imported.filter((other) => other !== folder)]))
  }
  return folders
}

/** What is left once every folder is taken away that imports none of those left: circles, and what leads to them. */
function circlesIn(imports: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const left = new Map(imports)
  for (;;) {
    const free = [...left].filter(([, imported]) => ![...imported].some((folder) => left.has(folder)))
    if (free.length === 0)
      return [...left].map(([folder, imported]) => `${folder} → ${[...imported].join(', ')}`)
    for (const [folder] of free) left.delete(folder)
  }
}

test('a circle of imports is found, and no way that leads nowhere is taken for one', () => {
  const way = new Map([
    ['a', new Set(['b', 'c'])],
    ['b', new Set(['c'])],
    ['c', new Set<string>()],
  ])
  expect(circlesIn(way)).toEqual([])
  expect(circlesIn(way.set('c', new Set(['b'])))).toEqual(['a → b, c', 'b → c', 'c → b'])
})

test.each(sources)('no folders of %s import each other in a circle', (source) => {
  expect(filesOf(source).length).toBeGreaterThan(0)
  expect(circlesIn(importsOfFolders(source, (file) => path.dirname(file)))).toEqual([])
})

test('nor do the folders that lie side by side in the source of the editor, with all that is in them', () => {
  const outermost = (file: string): string => path.dirname(file).split(path.sep)[0] ?? ''
  expect(circlesIn(importsOfFolders('apps/editor/src', outermost))).toEqual([])
})

/** The folders of the editor as CONTRIBUTING.md lists them, those of a row together. */
function rowsOfFolders(): string[][] {
  const page = readFileSync(path.join(root, 'CONTRIBUTING.md'), 'utf8')
  const [, after = ''] = page.split('## Where to change the editor')
  const [section = ''] = after.split('\n## ')
  return [...section.matchAll(/^\| (`[^|]*)\|/gm)].map(([, cell]) =>
    [...cell!.matchAll(/`([^`]+)`/g)].map(([, folder]) => folder!),
  )
}

test('folders of the editor import those above them in the table of CONTRIBUTING.md, which has them all', () => {
  const source = 'apps/editor/src'
  const rows = rowsOfFolders()
  const rowOf = (file: string): number =>
    rows.findIndex((row) => row.some((folder) => file.startsWith(`${folder}/`)))
  // Where all is put together is in none of them.
  const files = filesOf(source).filter((file) => !['.', 'session', 'styles'].includes(path.dirname(file)))
  expect(files.filter((file) => rowOf(file) < 0)).toEqual([])
  const back = files.flatMap((file) =>
    importsOf(source, file)
      .filter((other) => rowOf(other) > rowOf(file))
      .map((other) => `${file} → ${other}`),
  )
  expect(back).toEqual([])
})
