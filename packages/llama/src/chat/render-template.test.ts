import { expect, test } from 'vitest'
import { compileTemplate, renderTemplate, type Rendering } from './render-template.ts'

const rendering: Rendering = {
  messages: [{ role: 'user', content: 'Hi' }],
  addGenerationPrompt: true,
  bosToken: '',
  eosToken: '',
}

test.each([
  ['loops that do nothing', '{% for a in range(100) %}{% for b in range(100) %}{% endfor %}{% endfor %}'],
  ['macros that call themselves', '{% macro f(n) %}{{ f(n) ~ f(n) }}{% endmacro %}{{ f(1) }}'],
  ['filters over lists', '{% for a in range(500) %}{{ range(9) | join }}{% endfor %}'],
])('%s are stopped by the steps they take', (_, jinja) => {
  const rendered = renderTemplate(compileTemplate(jinja), rendering, 1_000)
  expect(rendered).toEqual({ problem: 'excessive', message: 'it takes too many steps' })
})

const doubling = (first: string): string =>
  `{% set ns = namespace(x=${first}) %}{% for a in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}`

test.each([
  ['a text that is doubled', doubling("'ab'")],
  ['a list that is doubled', doubling('[1]')],
  [
    'a long text that is made again and again',
    "{% for a in range(9999) %}{{ 'a' | indent(99999, true) }}{% endfor %}",
  ],
  ['parts of a long list', '{% for a in range(9999) %}{% set x = range(9999)[1:] %}{% endfor %}'],
  ['one filter that makes a long text', "{{ 'a' | indent(99999999, true) }}"],
])('%s is stopped before memory is', (_, jinja) => {
  expect(renderTemplate(compileTemplate(jinja), rendering)).toMatchObject({ problem: 'excessive' })
})

test('a range that is too long is not made', () => {
  expect(renderTemplate(compileTemplate('{{ range(999999999) | length }}'), rendering)).toEqual({
    problem: 'excessive',
    message: 'a range has 999,999,999 numbers',
  })
})

test('ranges count as in Jinja', () => {
  const jinja =
    '{{ range(3) | join }} {{ range(1, 8, 3) | join }} {{ range(3, 0, -1) | join }} {{ range(2, 1) | join }}'
  expect(renderTemplate(compileTemplate(jinja), rendering)).toEqual({ text: '012 147 321 ' })
})

test('what is said may be long', () => {
  const messages = [{ role: 'user' as const, content: 'a'.repeat(3_000_000) }]
  const jinja = "{% for m in messages %}{% if true %}{{ '<u>' + m.content | trim }}{% endif %}{% endfor %}"
  expect(renderTemplate(compileTemplate(jinja), { ...rendering, messages }).text).toHaveLength(3_000_003)
})

test('a conversation of a thousand messages takes a small part of the steps there are', () => {
  const messages = Array.from({ length: 1_000 }, () => ({ role: 'user' as const, content: 'Hi' }))
  const jinja =
    "{% for m in messages %}{% if m.role == 'user' and loop.index > 1 %}{{ '<u>' + m.content | trim }}{% endif %}{% endfor %}"
  expect(renderTemplate(compileTemplate(jinja), { ...rendering, messages }, 100_000).text).toHaveLength(
    999 * 5,
  )
})

test('a second copy of this module in one process does not count the steps of the first', async () => {
  const { compileTemplate: compileAgain, renderTemplate: renderAgain } = (await import(
    /* @vite-ignore */ `${import.meta.url.replace('.test.ts', '.ts')}?again`
  )) as typeof import('./render-template.ts')
  expect(renderAgain).not.toBe(renderTemplate)
  const hello = "{{ 'Hello' }}"
  expect(renderAgain(compileAgain(hello), rendering, 5)).toEqual({ text: 'Hello' })
  for (let time = 0; time < 9; time++) {
    expect(renderTemplate(compileTemplate(hello), rendering)).toEqual({ text: 'Hello' })
  }
})
