import { input } from './api/input.ts'
import { output } from './api/output.ts'
import { all } from './logic/all.ts'
import { any } from './logic/any.ts'
import { compare } from './logic/compare.ts'
import { choose } from './logic/if.ts'
import { select } from './logic/switch.ts'
import { end } from './loopback/end.ts'
import { start } from './loopback/start.ts'
import { tools } from './loopback/tools.ts'
import { unchanged } from './loopback/unchanged.ts'
import { axis } from './matrix/axis.ts'
import { best } from './matrix/best.ts'
import { chart } from './matrix/chart.ts'
import { each } from './matrix/each.ts'
import { grid } from './matrix/grid.ts'
import { join } from './matrix/join.ts'
import { promptMatrix } from './matrix/prompt-matrix.ts'
import { rows } from './matrix/rows.ts'
import { searchReplace } from './matrix/search-replace.ts'
import { seeds } from './matrix/seeds.ts'
import { vote } from './matrix/vote.ts'
import { zip } from './matrix/zip.ts'
import { contains } from './evaluate/contains.ts'
import { equals } from './evaluate/equals.ts'
import { judge } from './evaluate/judge.ts'
import { jsonValid } from './evaluate/json-valid.ts'
import { length } from './evaluate/length.ts'
import { levenshtein } from './evaluate/levenshtein.ts'
import { matchesPattern } from './evaluate/matches.ts'
import { wordList } from './evaluate/word-list.ts'
import { messages } from './generation/messages.ts'
import { writtenPrompt } from './generation/written-prompt.ts'
import { controlVector } from './steering/control-vector.ts'
import { loadVector } from './steering/load-vector.ts'
import { saveVector } from './steering/save-vector.ts'
import { steer } from './steering/steer.ts'
import { vectorMath } from './steering/vectors/vector-math.ts'
import { check } from './steering/check.ts'
import { grammar } from './steering/grammar.ts'
import { jsonSchema } from './steering/json-schema.ts'
import { logitBias } from './steering/logit-bias.ts'
import { mix } from './steering/mix.ts'
import { negative } from './steering/negative.ts'
import { prompt } from './steering/prompt.ts'
import { regex } from './steering/regex.ts'
import { turns } from './steering/turns.ts'
import { changeCase } from './text/case.ts'
import { countWords } from './text/count-words.ts'
import { joinTexts } from './text/join.ts'
import { jsonPath } from './text/json-path.ts'
import { parseNumber } from './text/parse-number.ts'
import { regexExtract } from './text/regex-extract.ts'
import { replace } from './text/replace.ts'
import { similarity } from './text/similarity.ts'
import { split } from './text/split.ts'
import { matches } from './text/matches.ts'
import { generate } from './generation/generate.ts'
import { sampler } from './generation/sampler.ts'
import { embed } from './generation/embed.ts'
import { score } from './generation/score.ts'
import { tokens } from './generation/tokens.ts'
import { model } from './loading/model.ts'
import { applyLora } from './lora/apply.ts'
import { bakeLora } from './lora/bake.ts'
import { combineLoras } from './lora/combine.ts'
import { extractLora } from './lora/extract.ts'
import { loadLora } from './lora/load.ts'
import { saveLora } from './lora/save.ts'
import { addDifference } from './merging/add-difference.ts'
import { compareModels } from './merging/compare.ts'
import { mergekit } from './merging/mergekit.ts'
import { layers } from './merging/layers.ts'
import { merge } from './merging/merge.ts'
import { tokenizer } from './merging/tokenizer.ts'
import { weightedSum } from './merging/weighted-sum.ts'
import { preview } from './output/preview.ts'
import { saveModel } from './output/save-model.ts'
import { saveText } from './output/save-text.ts'
import type { WoolgatherNode } from './services/services.ts'
import { template } from './text/template.ts'
import { text } from './text/text.ts'

/** Every node type of the library. A new node is a file and a line here. */
export const definitions: readonly WoolgatherNode[] = [
  model,
  loadLora,
  applyLora,
  bakeLora,
  combineLoras,
  extractLora,
  saveLora,
  weightedSum,
  merge,
  addDifference,
  layers,
  tokenizer,
  compareModels,
  mergekit,
  generate,
  sampler,
  tokens,
  score,
  embed,
  text,
  template,
  joinTexts,
  split,
  replace,
  regexExtract,
  jsonPath,
  parseNumber,
  changeCase,
  countWords,
  matches,
  contains,
  equals,
  matchesPattern,
  wordList,
  length,
  levenshtein,
  jsonValid,
  judge,
  similarity,
  messages,
  writtenPrompt,
  prompt,
  negative,
  mix,
  logitBias,
  regex,
  turns,
  grammar,
  jsonSchema,
  check,
  controlVector,
  loadVector,
  saveVector,
  vectorMath,
  steer,
  axis,
  promptMatrix,
  searchReplace,
  seeds,
  each,
  zip,
  rows,
  grid,
  best,
  join,
  vote,
  chart,
  start,
  end,
  unchanged,
  tools,
  compare,
  all,
  any,
  choose,
  select,
  input,
  output,
  preview,
  saveText,
  saveModel,
]

export {
  createConstraintCompiler,
  type CompileConstraint,
} from './steering/constraints/constraint-compiler.ts'
export { vectorUses } from './steering/vectors/vector-value.ts'
export type {
  Files,
  LocateOptions,
  Models,
  NodeServices,
  ReadyModel,
  WoolgatherNode,
} from './services/services.ts'
