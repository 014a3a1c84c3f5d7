import { LlamaError } from '../contract/error.ts'
import type { MemoryNeed, RuntimeInfo } from '../contract/interface.ts'
import { availableMemory } from './available-memory.ts'
import { estimateMemory } from './estimate-memory.ts'
import type { InspectedModel } from './inspect-model.ts'
import { gibibytes } from './gibibytes.ts'

export interface ResourceWishes {
  gpuLayers?: number | undefined
  contextSize?: number | undefined
  threads?: number | undefined
}

export interface ChooseResourcesInput {
  model: InspectedModel
  /** Taken as they are, where they fit; `gpuLayers` beyond the model's means all of them. */
  wanted: ResourceWishes
  runtime: RuntimeInfo
  /** How many generations share the context. */
  maxSequences: number
  /** Free main memory in bytes; absent: asked of the system. */
  freeRam?: number | undefined
  /** Bytes of the free memory that other models will take. */
  claimed?: MemoryNeed | undefined
}

export interface Resources {
  /** Blocks on the GPU, last ones first; `layers + 1` with the output layer: everything. */
  gpuLayers: number
  /** Tokens of KV cache in all, shared by every generation that runs at once. */
  contextSize: number
  threads: number
  /**
   * Tokens, prompt and answer together, that one generation may take of them: what the model was trained for.
   * More only where a context was asked for that gives every sequence more than that.
   */
  sequenceLimit: number
}

/** llama.cpp rounds contexts up to this. */
const contextStep = 256
/** Context for one long generation, or for many short ones, that a model gets unasked. */
const plentyOfContext = 32_768
/** What prompt and canvas together get of a model that sees both ways, which reads them whole at every step. */
const plentyOfCanvas = 2048
/** Less than this (or than what the model was trained for) is not worth loading a model for. */
const littleContext = 2048
/** Unasked, a model leaves this much of the memory to everything else. */
const reserve = 0.1

/**
 * Where a model goes and how much context it gets.
 *
 * Unasked, as many layers go to the GPU as fit there with a small context. The context is then the smallest of:
 * the trained length times `maxSequences`; 32,768 tokens, or the trained length where that is more; and what
 * half of the memory left beside the weights holds, so that another model still finds room.
 *
 * @throws LlamaError model-too-large with the numbers
 */
export function chooseResources(input: ChooseResourcesInput): Resources {
  const { model, wanted, runtime, maxSequences, claimed = { ram: 0, gpu: 0 } } = input
  checkWishes(wanted)
  const free = {
    ram: Math.max(0, (input.freeRam ?? availableMemory()) - claimed.ram),
    gpu: Math.max(0, freeGpu(runtime) - claimed.gpu),
  }
  const plan: Plan = { model, free, maxSequences, trained: model.trainedContextSize }
  const gpuLayers = limitGpuLayers(plan, wanted.gpuLayers) ?? chooseGpuLayers(plan, wanted.contextSize)
  const contextSize = wanted.contextSize ?? chooseContextSize(plan, gpuLayers)
  checkFits(plan, gpuLayers, contextSize)
  return {
    gpuLayers,
    contextSize,
    threads: wanted.threads ?? runtime.threads,
    sequenceLimit: limitSequence(plan, contextSize),
  }
}

interface Plan {
  model: InspectedModel
  free: MemoryNeed
  maxSequences: number
  trained: number
}

function checkWishes(wanted: ResourceWishes): void {
  const limits = { gpuLayers: 0, contextSize: 1, threads: 1 }
  for (const [name, least] of Object.entries(limits)) {
    const value = wanted[name as keyof ResourceWishes]
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= 2 ** 31 - 1)) continue
    throw new RangeError(`${name} is ${value}; it must be a whole number from ${least} up.`)
  }
}

function freeGpu(runtime: RuntimeInfo): number {
  if (runtime.backend === 'cpu') return 0
  return runtime.devices.reduce((total, device) => total + device.freeBytes, 0)
}

/** Without a GPU nothing goes there, whatever was asked: a workflow made beside one runs on any machine. */
function limitGpuLayers(plan: Plan, wanted: number | undefined): number | undefined {
  if (wanted === undefined) return undefined
  return plan.free.gpu === 0 ? 0 : Math.min(wanted, plan.model.layers + 1)
}

function chooseGpuLayers(plan: Plan, wantedContext: number | undefined): number {
  if (plan.free.gpu === 0) return 0
  const contextSize = wantedContext ?? smallestContext(plan)
  for (let gpuLayers = plan.model.layers + 1; gpuLayers > 0; gpuLayers--) {
    if (fits(plan, gpuLayers, contextSize, 1 - reserve)) return gpuLayers
  }
  return 0
}

function chooseContextSize(plan: Plan, gpuLayers: number): number {
  const least = smallestContext(plan)
  const most = roundDown(mostContext(plan))
  const weights = needOf(plan, gpuLayers, 0)
  const all = needOf(plan, gpuLayers, most)
  // The cache grows evenly with the context, so the share of it that fits follows from the side that has least.
  const share = (side: 'ram' | 'gpu'): number => {
    const cache = all[side] - weights[side]
    const room = (plan.free[side] * (1 - reserve) - weights[side]) / 2
    return cache === 0 ? 1 : Math.max(0, room / cache)
  }
  const fitting = roundDown(most * Math.min(1, share('ram'), share('gpu')))
  return Math.max(least, fitting)
}

function mostContext({ model, trained, maxSequences }: Plan): number {
  if (model.diffuses) return Math.max(contextStep, Math.min(trained, plentyOfCanvas))
  return Math.min(trained * maxSequences, Math.max(trained, plentyOfContext))
}

function smallestContext({ model, trained }: Plan): number {
  return roundUp(Math.min(trained, model.diffuses ? contextStep : littleContext))
}

function limitSequence(plan: Plan, contextSize: number): number {
  const each = Math.floor(contextSize / plan.maxSequences)
  return Math.min(contextSize, Math.max(plan.trained, each))
}

function checkFits(plan: Plan, gpuLayers: number, contextSize: number): void {
  if (fits(plan, gpuLayers, contextSize, 1)) return
  const need = needOf(plan, gpuLayers, contextSize)
  const onGpu = gpuLayers === 0 ? '' : ` and ${gibibytes(need.gpu)} on the GPU`
  const freeOnGpu = gpuLayers === 0 ? '' : ` and ${gibibytes(plan.free.gpu)}`
  throw new LlamaError(
    'model-too-large',
    `${plan.model.name} with ${contextSize} tokens of context and ${gpuLayers} layers on the GPU needs about ` +
      `${gibibytes(need.ram)} of memory${onGpu}, but ${gibibytes(plan.free.ram)}${freeOnGpu} are free.`,
    { hint: adviseOn(plan, gpuLayers, contextSize), memory: { needed: need, free: plan.free } },
  )
}

function adviseOn(plan: Plan, gpuLayers: number, contextSize: number): string {
  const gpuIsShort = needOf(plan, gpuLayers, contextSize).gpu > plan.free.gpu
  if (gpuIsShort && fits(plan, 0, contextSize, 1)) return 'Put fewer layers on the GPU.'
  const small = smallestContext(plan)
  if (fits(plan, gpuLayers, small, 1)) return `Ask for less context: ${small} tokens would fit.`
  return 'Close other programs, or choose a smaller model or a stronger quantisation.'
}

function fits(plan: Plan, gpuLayers: number, contextSize: number, part: number): boolean {
  const need = needOf(plan, gpuLayers, contextSize)
  return need.ram <= plan.free.ram * part && need.gpu <= plan.free.gpu * part
}

function needOf(plan: Plan, gpuLayers: number, contextSize: number): MemoryNeed {
  return estimateMemory(plan.model, { gpuLayers, contextSize, maxSequences: plan.maxSequences })
}

function roundDown(tokens: number): number {
  return Math.floor(tokens / contextStep) * contextStep
}

function roundUp(tokens: number): number {
  return Math.ceil(tokens / contextStep) * contextStep
}
