import { tellChoices, type InputDescription, type NodeDescription } from '@woolgather/workflow'
import { table } from './table.ts'

/** Markdown page of all node types, a section per family, from their descriptions. */
export function describeNodes(descriptions: readonly NodeDescription[]): string {
  const families = groupByFamily(descriptions)
  return [
    '# Nodes',
    '',
    'Every node type, its inputs and outputs. This page is written from the node definitions by `npm run docs`.',
    '',
    ...[...families].map(([family, nodes]) => `- ${linkTo(family)}: ${nodes.map(linkToNode).join(' · ')}`),
    ...[...families].flatMap(([family, nodes]) => ['', `## ${family}`, ...nodes.flatMap(describeNode)]),
    '',
  ].join('\n')
}

const headingOf = ({ title, type }: NodeDescription): string => `${title} · \`${type}\``

const linkToNode = (node: NodeDescription): string => linkTo(headingOf(node), node.title)

/** To a heading of this page, by the anchor that GitHub gives it. */
function linkTo(heading: string, text = heading): string {
  const anchor = heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
  return `[${text}](#${anchor})`
}

function groupByFamily(descriptions: readonly NodeDescription[]): Map<string, NodeDescription[]> {
  const families = new Map<string, NodeDescription[]>()
  for (const node of descriptions) families.set(node.family, [...(families.get(node.family) ?? []), node])
  return families
}

function describeNode(node: NodeDescription): string[] {
  return [
    '',
    `### ${headingOf(node)}`,
    '',
    node.description,
    '',
    ...table(['input', 'type', 'default', ''], node.inputs.map(describeInput)),
    ...(node.dynamicInputs?.kind === 'placeholders'
      ? [
          '',
          `Each \`{{name}}\` in \`${node.dynamicInputs.from}\` is an input of type ${node.dynamicInputs.type}.`,
        ]
      : []),
    '',
    ...table(
      ['output', 'type', ''],
      node.outputs.map((output) => [`\`${output.name}\``, output.type, output.description]),
    ),
  ]
}

function describeInput(input: InputDescription): string[] {
  return [
    `\`${input.name}\``,
    input.multiple ? `${input.type}, several` : input.type,
    input.required ? '*required*' : input.default === undefined ? '' : `\`${JSON.stringify(input.default)}\``,
    [input.description, tellChoices(input.schema)].filter(Boolean).join(' '),
  ]
}
