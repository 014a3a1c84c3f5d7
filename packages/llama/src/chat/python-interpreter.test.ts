import { expect, test } from 'vitest'
import { compileTemplate, renderTemplate } from './render-template.ts'

const rendering = { messages: [], addGenerationPrompt: true, bosToken: '', eosToken: '' }

/** Texts are what Jinja 3.1 for Python makes of the templates. */
test.each([
  ["{{ '<｜hy_User{}｜>'.format(7) }}", '<｜hy_User7｜>'],
  ["{{ '{1}{0}{{}}{name}'.format('a', 'b', name='c') }}", 'ba{}c'],
  ["[{{ '\n\n a \n'.lstrip('\n') }}]", '[ a \n]'],
  ["[{{ '\n\n a \n'.rstrip('\n') }}]", '[\n\n a ]'],
  ["[{{ 'xyaxyx'.strip('xy') }}|{{ ' a '.strip() }}|{{ 'xx'.strip('x') }}]", '[a|a|]'],
  ["{{ none | selectattr('type', 'equalto', 'a') | list | length }}", '0'],
  ["{{ none | map(attribute='type') | list | length }}{{ missing | rejectattr('a') | list | length }}", '00'],
  [
    '{% set d = {10: "x", 9: "y"} %}{% for k, v in d | dictsort %}{{ k + 1 }}{{ v }} {% endfor %}',
    '10y 11x ',
  ],
  ['{% set d = {10: "x", 9: "y"} %}{% for k, v in d.items() %}{{ k + 1 }}{{ v }} {% endfor %}', '11x 10y '],
  ['{% set d = {10: "x", "n": 9} %}{{ d[10] }}{{ d["n"] }}{{ "yes" if d[3] is defined else "no" }}', 'x9no'],
  ['{% for i in [1, 2, 3] %}{{ i }}{% if i == 2 %}x{% continue %}{% endif %}y{% endfor %}', '1y2x3y'],
  ['{% for i in [1, 2, 3] %}{{ i }}{% if i == 2 %}x{% break %}{% endif %}y{% endfor %}!', '1y2x!'],
  ["{{ '%s is %d, 100%%' % ('a', 3.7) }}{{ ' %s' % 'b' }} {{ 7 % 4 }}", 'a is 3, 100% b 3'],
  ['{% for i in [1, 2] %}{% break %}{% else %}none{% endfor %}', ''],
  [
    '{% for a in [1, 2] %}{% for b in [3, 4] %}{{ a }}{{ b }}{% break %}{% endfor %};{% if a == 2 %}{% break %}{% endif %},{% endfor %}',
    '13;,23;',
  ],
  [
    '{% macro f(n) %}{% for i in range(n) %}{{ i }}{% if i == 1 %}{% break %}{% endif %}{{ f(i) }}{% endfor %}{% endmacro %}{{ f(3) }}',
    '01',
  ],
  [
    '{% for i in [1, 2] %}{% if i == 1 %}{% set x = "a" %}{% endif %}{{ x or "-" }}{% endfor %}{{ x or "-" }}',
    'a--',
  ],
  ['{% set ns = namespace(x=0) %}{% for i in [1, 2] %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}', '3'],
])('%s renders as in Python', (jinja, text) => {
  expect(renderTemplate(compileTemplate(jinja), rendering)).toEqual({ text })
})

test('a format without its value is an error of the template', () => {
  expect(renderTemplate(compileTemplate("{{ '{}{}'.format(1) }}"), rendering)).toMatchObject({
    problem: 'refused',
  })
})
