import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import openWabt from 'wabt'

test('the compiled kernels are those of rows.wat (npx vitest run packages/llama/src/mixing/kernels --update writes them)', async () => {
  const source = await readFile(new URL('rows.wat', import.meta.url), 'utf8')
  const wabt = await openWabt()
  const parsed = wabt.parseWat('rows.wat', source, { simd: true })
  const { buffer } = parsed.toBinary({})
  const lines = Buffer.from(buffer)
    .toString('base64')
    .match(/.{1,100}/g)!
  await expect(
    `/** \`rows.wat\`, compiled by its test. */\nexport const rowsWasm =\n  ${lines.map((line) => `'${line}'`).join(' +\n  ')}\n`,
  ).toMatchFileSnapshot('rows-wasm.ts')
})
