import { WoolgatherError } from '@woolgather/workflow'
import { z } from 'zod'
import { defineNode, type WoolgatherNode } from '../services/services.ts'
import { flagInput, Regex, type RegexMatch } from './regex.ts'

export const regexExtract: WoolgatherNode = defineNode({
  type: 'text/regex-extract',
  version: 1,
  title: 'Extract by pattern',
  description: 'Takes out of a text what a regular expression finds in it.',
  inputs: {
    text: { type: 'text', description: 'The text to look in.', schema: z.string(), widget: 'textarea' },
    pattern: {
      type: 'text',
      description: 'A regular expression, for example: answer is (\\d+).',
      schema: z.string().min(1),
    },
    group: {
      type: 'text',
      description:
        'Which group to take: its number or name, 0 for the whole match. Empty: the first group, or the whole match where there is none.',
      schema: z.string().default(''),
    },
    otherwise: {
      type: 'text',
      description: 'What to give where nothing is found. Absent: the cell fails.',
      schema: z.string().optional(),
    },
    ignoreCase: flagInput('ignoreCase', false),
    multiline: flagInput('multiline', true),
    dotAll: flagInput('dotAll', false),
  },
  outputs: {
    text: { type: 'text', description: 'The first find.' },
    list: { type: 'list', description: 'All finds, in order.' },
    groups: { type: 'json', description: 'Of the first find: what each named group took.' },
    found: { type: 'boolean', description: 'Whether anything was found.' },
  },
  run: ({ text, pattern, group, otherwise, ...flags }) => {
    const regex = new Regex(pattern, flags, 'pattern')
    const take = chooseGroup(regex, group)
    const all = [...regex.matches(text)]
    const finds = all.map(take)
    const first = finds[0] ?? otherwise
    if (first === undefined) throw nothingFound(pattern)
    return { text: first, list: finds, groups: namedGroups(all[0]), found: finds.length > 0 }
  },
})

function chooseGroup(regex: Regex, group: string): (match: RegexMatch) => string {
  const { groupCount, groupNames } = regex
  if (groupNames.includes(group)) return (match) => match.named[group] ?? ''
  const number = group === '' ? Math.min(1, groupCount) : Number(group)
  if (Number.isInteger(number) && number >= 0 && number <= groupCount) {
    return number === 0 ? (match) => match.text : (match) => match.groups[number - 1] ?? ''
  }
  const names = groupNames.map((name) => `“${name}”`).join(', ')
  throw new WoolgatherError('invalid-input', `The pattern has no group “${group}”.`, {
    input: 'group',
    hint: `It has ${groupCount} groups${names === '' ? '' : `, among them ${names}`}.`,
  })
}

function namedGroups(match: RegexMatch | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(match?.named ?? {}).map(([name, text]) => [name, text ?? '']))
}

function nothingFound(pattern: string): WoolgatherError {
  return new WoolgatherError('node-failed', `Nothing in the text matches ${pattern}.`, {
    input: 'text',
    hint: 'Set `otherwise` to go on with something else.',
  })
}
