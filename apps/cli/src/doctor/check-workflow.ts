import type { MissingModel, ModelList } from '@woolgather/files'
import {
  adviseWorkflow,
  isModelAddress,
  missingNodeTypes,
  nearest,
  planWorkflow,
  validateWorkflow,
  type BrokenPackage,
  type Descriptions,
  type Issue,
  type Warning,
  type Workflow,
} from '@woolgather/workflow'
import type { Finding } from './finding.ts'

/** Everything that keeps a workflow from running here: issues, node types and models that are missing. */
export function checkWorkflow(
  workflow: Workflow,
  {
    descriptions,
    broken,
    missing,
    unreadable = [],
    file,
  }: {
    descriptions: Descriptions
    broken: readonly BrokenPackage[]
    missing: readonly MissingModel[]
    /** Files that it names, which are here and cannot be read. */
    unreadable?: ModelList['unreadable']
    file: string
  },
): Finding[] {
  const nodeTypes = missingNodeTypes(workflow, descriptions)
  const unknown = new Set(nodeTypes.flatMap(({ nodes }) => nodes))
  const invalid = validateWorkflow(workflow, descriptions)
  const issues = invalid.length > 0 ? invalid : (planWorkflow(workflow, descriptions).issues ?? [])
  const findings = [
    ...(nodeTypes.length > 0 ? broken.map(asBroken) : []),
    ...nodeTypes.map(({ type, nodes }): Finding => ({
      state: 'fail',
      text: `Node type ${type} is not known here (${nodes.join(', ')})`,
      hint: whereToFind(type, descriptions),
    })),
    ...issues
      .filter(({ code, node }) => !(code === 'unknown-node-type' && unknown.has(node ?? '')))
      .map((issue) => asFinding(issue, 'fail')),
    ...missing.map((model) => describeMissing(model, file)),
    ...unreadable.map(({ file: broken, message, hint }): Finding => ({
      state: 'fail',
      text: `${broken}: ${message}`,
      hint,
    })),
  ]
  const warnings = issues.length > 0 ? [] : adviseWorkflow(workflow, descriptions).warnings
  findings.push(...warnings.map((warning) => asFinding(warning, 'warn')))
  if (findings.some(({ state }) => state === 'fail') || missing.length > 0) return findings
  const count = Object.keys(workflow.nodes).length
  return [
    ...findings,
    { state: 'ok', text: `“${workflow.name}” can run here: ${count} ${count === 1 ? 'node' : 'nodes'}` },
  ]
}

/** A package of nodes that does not load. */
export function asBroken({ message, hint }: BrokenPackage): Finding {
  return {
    state: 'fail',
    text: message,
    hint: hint ?? 'Correct the package, or leave it out of --nodes and WOOLGATHER_NODES.',
  }
}

function whereToFind(type: string, descriptions: Descriptions): string {
  const meant = nearest(type, descriptions.keys())
  const question = meant.length > 0 ? `Did you mean ${meant.join(' or ')}? Else start` : 'Start'
  return `${question} with its package: --nodes FOLDER, or update Woolgather.`
}

function asFinding({ node, input, message, hint }: Issue | Warning, state: 'fail' | 'warn'): Finding {
  const place = [node, input].filter((part) => part !== undefined).join('.')
  return { state, text: place === '' ? message : `${place}: ${message}`, hint }
}

function describeMissing(
  { file, problem, source, sha256, bytes, kind = 'model', same = [], instead = [] }: MissingModel,
  workflow: string,
): Finding {
  const called = kindNames[kind]
  const size = bytes === undefined ? '' : ` (${(bytes / 1e6).toFixed(1)} MB)`
  const text =
    problem === 'absent'
      ? `${called} ${file}${size} is missing`
      : `${called} ${file} is not the one this was made with${sha256 === undefined ? '' : `, whose sha256 is ${sha256}`}`
  const [here] = same
  if (here !== undefined) {
    const hint = `You have this as ${here}: name it so. ${writeAnew(workflow)} writes a workflow that does.`
    return { state: problem === 'different' ? 'warn' : 'fail', text, hint }
  }
  if (isModelAddress(file) && problem === 'absent') {
    const hint = `Get it now with: woolgather doctor ${workflow} --fetch`
    return { state: 'warn', text: `${called} ${file}${size} is downloaded when it runs`, hint }
  }
  // What is here under that name belongs to someone: it is not replaced unasked.
  if (problem === 'different') return { state: 'warn', text, hint: source && `That one is at ${source}.` }
  const other = instead[0] === undefined ? '' : ` Or use another that is here, such as ${instead[0]}.`
  if (isOllama(file)) {
    return { state: 'fail', text, hint: `Pull it: ollama pull ${file.slice('ollama:'.length)}.${other}` }
  }
  return source === undefined
    ? {
        state: 'fail',
        text,
        hint: `The workflow does not say where it is to be had: ask whoever made it.${other}`,
      }
    : { state: 'fail', text, hint: `Get it with: woolgather doctor ${workflow} --fetch (from ${source})` }
}

const kindNames: Record<NonNullable<MissingModel['kind']>, string> = {
  model: 'Model',
  lora: 'LoRA',
  vector: 'Control vector',
}

function isOllama(file: string): boolean {
  return file.startsWith('ollama:')
}

function writeAnew(workflow: string): string {
  return `woolgather doctor ${workflow} --here --out NEW.json`
}
