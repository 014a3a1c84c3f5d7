import { expect, test } from 'vitest'
import { splitVerbatim } from './split-verbatim.ts'
import { TokenNames, type SpecialNames, type TextRange } from './token-names.ts'

const names: SpecialNames = {
  control: new TokenNames(['<|end|>', '<|start|>', '<|start|>user']),
  markup: new TokenNames(['<turn>']),
  all: new TokenNames(['<|end|>', '<|start|>', '<|start|>user', '<turn>', '\n\n']),
}

/** Splits a text in which what is verbatim stands in ⟦ ⟧: pieces that are text stand in quotation marks. */
const split = (marked: string): string[] => {
  const verbatim: TextRange[] = []
  let text = ''
  for (const part of marked.split(/(⟦[^⟧]*⟧)/)) {
    const inside = /^⟦(.*)⟧$/s.exec(part)?.[1]
    if (inside !== undefined) verbatim.push({ from: text.length, to: text.length + inside.length })
    text += inside ?? part
  }
  return splitVerbatim(text, verbatim, names).map((piece) => (piece.special ? piece.text : `“${piece.text}”`))
}

test('a text is cut next to the control tokens that count, around those that do not', () => {
  expect(split('<|start|>user\nHi⟦<|end|>⟧, all<|end|>\n<|start|>')).toEqual([
    '<|start|>user',
    '“\nHi<|end|>, all”',
    '<|end|>\n<|start|>',
  ])
})

test('several names between two control tokens stay in one piece', () => {
  expect(split('a⟦<|end|>⟧b⟦<|start|>⟧c')).toEqual(['“a<|end|>b<|start|>c”'])
  expect(split('a⟦<|end|>⟧<|end|>⟦<|start|>⟧c')).toEqual(['“a<|end|>”', '<|end|>', '“<|start|>c”'])
})

test('a range without the name of a control token changes nothing', () => {
  expect(split('<|start|>⟦a\n\n<turn>b⟧<|end|>')).toEqual(['<|start|>a\n\n<turn>b<|end|>'])
})

test('of names that begin alike the longest counts', () => {
  expect(split('<|start|>user⟦<|end|>⟧')).toEqual(['<|start|>user', '“<|end|>”'])
})

test('what is always read as a token is cut where it stands by itself', () => {
  expect(split('<turn>a⟦<turn>⟧b<turn>')).toEqual(['<turn>', '“a<”', '“turn>b”', '<turn>'])
})
