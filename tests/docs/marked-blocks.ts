/** What a marked block holds, as Markdown. */
export type WriteBlock = () => string | Promise<string>

const mark = /^<!-- (begin|end) ([a-z-]+) -->$/gm

/**
 * A page with every block between `<!-- begin NAME -->` and `<!-- end NAME -->` written anew. Throws where a block and
 * its marks do not belong together one to one.
 */
export async function fillBlocks(
  page: string,
  blocks: Readonly<Record<string, WriteBlock>>,
): Promise<string> {
  const names = Object.keys(blocks)
  const found = [...page.matchAll(mark)].map(([, side, name]) => `${side} ${name}`)
  const expected = names.flatMap((name) => [`begin ${name}`, `end ${name}`])
  if (found.toSorted().join() !== expected.toSorted().join())
    throw new Error(`The page has the marks “${found.join(', ')}”, and “${expected.join(', ')}” are written`)
  let filled = page
  for (const name of names) {
    const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`]
    const [before, rest] = [filled.slice(0, filled.indexOf(begin)), filled.slice(filled.indexOf(begin))]
    const after = rest.slice(rest.indexOf(end))
    if (!after.startsWith(end)) throw new Error(`“${name}” ends before it begins`)
    filled = `${before}${begin}\n\n${(await blocks[name]!()).trim()}\n\n${after}`
  }
  return filled
}
