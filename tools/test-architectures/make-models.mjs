import { existsSync } from 'node:fs'
import path from 'node:path'
import { randomValues } from '@woolgather/ggml/testing'
import * as catalog from './catalog.mjs'
import { randomOf, vocabularySize, writeModel, writeTensors } from './write-model.mjs'

/** Matrices that LoRAs are trained for, wherever an architecture has them. */
const adapted = new RegExp(
  `^blk\\.\\d+\\.(${[
    'attn_(q|k|v|qkv|output|q_a|q_b|kv_a_mqa)',
    'ffn_(gate|up|down)',
    'ssm_(in|out)',
    'shortconv\\.(in|out)_proj',
    'time_mix_(key|value|receptance|output)',
    'channel_mix_(key|value|receptance)',
  ].join('|')})\\.weight$`,
)
const rank = 4

/**
 * What a row's model is made of.
 * @param shapes the program that `buildShapes` builds
 */
export async function shapesOf(shapes, { architecture, kind, variant }) {
  const figures = ['context_length=2048', ...(catalog.figures[architecture] ?? [])]
  const told = JSON.parse(await shapes([architecture, kind, `vocab_size=${vocabularySize}`, ...figures]))
  const added = catalog.tensors[architecture] ?? []
  const names = new Set(added.map(([name]) => name))
  const whole = { ...told, tensors: [...told.tensors.filter(([name]) => !names.has(name)), ...added] }
  return variant === 'multi-token prediction' ? withPrediction(whole) : whole
}

/** With a layer behind the others, made like the last of them, that predicts the token after the next. */
function withPrediction({ metadata, tensors }) {
  const architecture = metadata['general.architecture'].text
  const { u32: blocks } = metadata[`${architecture}.block_count`]
  const { u32: size } = metadata[`${architecture}.embedding_length`]
  const last = `blk.${blocks - 1}.`
  const behind = `blk.${blocks}.`
  const copied = tensors
    .filter(([name]) => name.startsWith(last))
    .map(([name, ...shape]) => [name.replace(last, behind), ...shape])
  const own = [
    [`${behind}nextn.eh_proj.weight`, 2 * size, size],
    [`${behind}nextn.enorm.weight`, size],
    [`${behind}nextn.hnorm.weight`, size],
  ]
  return {
    metadata: {
      ...metadata,
      [`${architecture}.block_count`]: { u32: blocks + 1 },
      [`${architecture}.nextn_predict_layers`]: { u32: 1 },
    },
    tensors: [...tensors, ...copied, ...own],
  }
}

/** The files of a row of the table, below a folder: each is made when it is first asked for. */
export function openModels(folder, shapes, vocabulary) {
  const architecture = shapes.metadata['general.architecture'].text
  const figure = (key) => shapes.metadata[`${architecture}.${key}`]?.u32
  const size = figure('embedding_length')
  const layers = figure('block_count') - (figure('nextn_predict_layers') ?? 0)
  // Layers that predict further tokens are not loaded.
  const isAdapted = (name) => adapted.test(name) && Number(name.split('.')[1]) < layers
  const targets = shapes.tensors.filter(([name]) => isAdapted(name))
  const vector = randomValues(77, Math.max(0, layers - 1) * size, 0.3)
  const [first, second] = [randomOf(1), randomOf(2)]
  const model = (values) => (file) => writeModel(file, shapes, vocabulary, values)
  const makers = {
    model: model(first),
    other: model(second),
    average: model((...tensor) => average(first(...tensor), second(...tensor))),
    baked: model((name, shape) =>
      isAdapted(name) ? bake(name, shape, first(name, shape)) : first(name, shape),
    ),
    lora: (file) => writeLora(file, architecture, targets),
    vector: (file) => writeVector(file, architecture, vector, size),
  }
  return {
    /** Path of a file; what is none of the above is made by whoever asks. */
    at(name) {
      const file = path.join(folder, `${name}.gguf`)
      if (name in makers && !existsSync(file)) makers[name](file)
      return file
    },
    layers,
    vector,
    hasLora: targets.length > 0,
  }
}

const average = (a, b) => a.map((value, index) => (value + b[index]) / 2)

/** The two matrices of a LoRA, of a scale of 1. */
function pairOf(name, [columns, rows]) {
  const values = randomOf(3)
  return { a: values(`${name}.lora_a`, [columns, rank]), b: values(`${name}.lora_b`, [rank, rows]) }
}

function writeLora(file, architecture, targets) {
  const metadata = {
    'general.type': { text: 'adapter' },
    'general.architecture': { text: architecture },
    'adapter.type': { text: 'lora' },
    'adapter.lora.alpha': { f32: rank },
  }
  const sides = targets.flatMap(([name, columns, rows]) => [
    [`${name}.lora_a`, columns, rank],
    [`${name}.lora_b`, rank, rows],
  ])
  writeTensors(file, metadata, sides, randomOf(3))
}

/** Adds B·A to a matrix. */
function bake(name, shape, weights) {
  const [columns, rows] = shape
  const { a, b } = pairOf(name, shape)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0
      for (let inner = 0; inner < rank; inner++) sum += b[row * rank + inner] * a[inner * columns + column]
      weights[row * columns + column] += sum
    }
  }
  return weights
}

function writeVector(file, architecture, numbers, size) {
  const metadata = {
    'general.architecture': { text: 'controlvector' },
    'controlvector.model_hint': { text: architecture },
    'controlvector.layer_count': { i32: numbers.length / size },
  }
  const directions = Array.from({ length: numbers.length / size }, (_, index) => [
    `direction.${index + 1}`,
    size,
  ])
  writeTensors(file, metadata, directions, (name) => {
    const block = Number(name.slice('direction.'.length)) - 1
    return numbers.slice(block * size, (block + 1) * size)
  })
}
