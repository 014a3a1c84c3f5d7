// Trains a byte-pair vocabulary of 128,000 tokens on the documentation and code found on this machine, once.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const cache = path.join(import.meta.dirname, '.cache/vocabulary.json')
const size = 128_000
const maximumBytes = 120e6
const extensions = /\.(md|d\.ts|ts|mjs|js|json|py|c|h|txt|rst|html|pm|pod)$/
const skipped = new Set(['.git', '.cache', 'dist', 'proc', 'sys'])
const wordPattern = / ?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+/gu

/** Bytes of each token; the last one is empty and ends a generation. */
export function loadVocabulary() {
  if (!existsSync(cache)) {
    mkdirSync(path.dirname(cache), { recursive: true })
    writeFileSync(`${cache}.part`, JSON.stringify(train()))
    renameSync(`${cache}.part`, cache)
  }
  return JSON.parse(readFileSync(cache, 'utf8')).map((text) => Uint8Array.from(Buffer.from(text, 'latin1')))
}

function train() {
  const root = path.join(import.meta.dirname, '../..')
  const counts = countWords([
    path.join(root, 'node_modules'),
    root,
    '/usr/share/doc',
    '/usr/share/perl',
    '/usr/lib/python3',
    path.join(process.execPath, '../../include'),
  ])
  const words = [...counts].filter(([, count]) => count > 1)
  console.log(`training ${size} tokens on ${words.length} different words`)
  return mergePairs(words)
}

function countWords(folders) {
  const counts = new Map()
  let left = maximumBytes
  const seen = new Set()
  const visit = (folder) => {
    if (left <= 0 || seen.has(folder) || !existsSync(folder)) return
    seen.add(folder)
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name)
      if (entry.isDirectory() && !skipped.has(entry.name)) visit(file)
      if (!entry.isFile() || !extensions.test(entry.name) || /\.min\./.test(entry.name) || left <= 0) continue
      // At most 100 kB of a file, so that no single one dominates.
      const text = readFileSync(file, 'utf8').slice(0, 100_000)
      left -= text.length
      for (const [word] of text.matchAll(wordPattern)) {
        if (word.length <= 40) counts.set(word, (counts.get(word) ?? 0) + 1)
      }
    }
  }
  folders.forEach(visit)
  return counts
}

/** Merges the most frequent pair again and again; counts change only in the words that hold it. */
function mergePairs(words) {
  const tokens = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte))
  const spelled = words.map(([word]) => [...Buffer.from(word)])
  const pairs = new Map()
  const add = (left, right, count, word) => {
    const key = left * 2 ** 20 + right
    const pair = pairs.get(key) ?? { key, count: 0, words: new Set() }
    pairs.set(key, pair)
    pair.count += count
    if (count > 0) pair.words.add(word)
    return pair
  }
  spelled.forEach((ids, word) => {
    for (let index = 0; index + 1 < ids.length; index++) add(ids[index], ids[index + 1], words[word][1], word)
  })
  const heap = new Heap()
  for (const pair of pairs.values()) heap.push(pair.count, pair)
  while (tokens.length < size - 1) {
    const top = heap.pop()
    if (top === undefined) throw new Error(`The text on this machine yields only ${tokens.length} tokens`)
    const { priority, value: pair } = top
    if (priority !== pair.count) {
      if (pair.count > 0) heap.push(pair.count, pair)
      continue
    }
    const left = Math.floor(pair.key / 2 ** 20)
    const right = pair.key % 2 ** 20
    const made = tokens.push(tokens[left] + tokens[right]) - 1
    const changed = new Set()
    for (const word of pair.words) {
      const ids = spelled[word]
      const count = words[word][1]
      for (let index = 0; index + 1 < ids.length; index++) add(ids[index], ids[index + 1], -count, word)
      const merged = []
      for (let index = 0; index < ids.length; index++) {
        const fits = ids[index] === left && ids[index + 1] === right
        merged.push(fits ? made : ids[index])
        if (fits) index++
      }
      spelled[word] = merged
      for (let index = 0; index + 1 < merged.length; index++) {
        const touched = add(merged[index], merged[index + 1], count, word)
        if (merged[index] === made || merged[index + 1] === made) changed.add(touched)
      }
    }
    pairs.delete(pair.key)
    for (const touched of changed) heap.push(touched.count, touched)
  }
  return [...tokens, '']
}

class Heap {
  entries = []

  push(priority, value) {
    const { entries } = this
    let at = entries.push({ priority, value }) - 1
    while (at > 0 && entries[(at - 1) >> 1].priority < entries[at].priority) {
      const above = (at - 1) >> 1
      ;[entries[above], entries[at]] = [entries[at], entries[above]]
      at = above
    }
  }

  pop() {
    const { entries } = this
    const top = entries[0]
    const last = entries.pop()
    if (entries.length === 0) return top
    entries[0] = last
    for (let at = 0; ;) {
      let largest = at
      for (const below of [2 * at + 1, 2 * at + 2]) {
        if (below < entries.length && entries[below].priority > entries[largest].priority) largest = below
      }
      if (largest === at) return top
      ;[entries[largest], entries[at]] = [entries[at], entries[largest]]
      at = largest
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log(`${loadVocabulary().length} tokens`)
