import { tellChoices } from '@woolgather/workflow'

/** Markdown page of all node types, a section per family, from their descriptions. */
export function describeNodes(descriptions) {
  const families = Map.groupBy?.(descriptions, (node) => node.family) ?? groupByFamily(descriptions)
  return [
    '# Nodes',
    '',
    'Every node type, its inputs and outputs. This page is written from the node definitions by `npm run docs`.',
    ...[...families].flatMap(([family, nodes]) => ['', `## ${family}`, ...nodes.flatMap(describeNode)]),
    '',
  ].join('\n')
}

function groupByFamily(descriptions) {
  const families = new Map()
  for (const node of descriptions) families.set(node.family, [...(families.get(node.family) ?? []), node])
  return families
}

function describeNode(node) {
  return [
    '',
    `### ${node.title} · \`${node.type}\``,
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

function describeInput(input) {
  return [
    `\`${input.name}\``,
    input.multiple ? `${input.type}, several` : input.type,
    input.required ? '*required*' : input.default === undefined ? '' : `\`${JSON.stringify(input.default)}\``,
    [input.description, tellChoices(input.schema)].filter(Boolean).join(' '),
  ]
}

function table(head, rows) {
  if (rows.length === 0) return []
  const line = (cells) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)]
}
