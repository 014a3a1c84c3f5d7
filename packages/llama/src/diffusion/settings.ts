import { LlamaError } from '../contract/error.ts'
import {
  diffusionOrders,
  diffusionSchedules,
  endRules,
  type DiffuseRequest,
  type DiffusionSettings,
} from '../contract/diffusing.ts'

export type ResolvedDiffusion = {
  [Name in Exclude<keyof DiffusionSettings, 'blockLength'>]-?: Exclude<DiffusionSettings[Name], undefined>
} & Pick<DiffusionSettings, 'blockLength'> & { steps: number }

const defaults: Omit<ResolvedDiffusion, 'steps'> = {
  order: 'confidence',
  schedule: 'linear',
  blockLength: undefined,
  guidance: 1,
  temperature: 0,
  topK: 0,
  topP: 1,
  minP: 0,
  end: 'last',
  polish: 0,
  remask: 0,
  threshold: 1,
  keepPrefix: false,
  logitBias: [],
}

const mostSteps = 100_000

/** The settings of a request with their defaults. @throws LlamaError invalid-sampling */
export function resolveSettings(request: DiffuseRequest, vocabSize: number): ResolvedDiffusion {
  const given = Object.fromEntries(
    Object.keys(defaults).flatMap((name) => {
      const value = request[name as keyof DiffusionSettings]
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const settings: ResolvedDiffusion = { ...defaults, ...given, steps: request.steps }
  checkWhole('steps', settings.steps, 1, mostSteps)
  if (settings.blockLength !== undefined) checkWhole('blockLength', settings.blockLength, 1)
  checkWhole('topK', settings.topK, 0)
  checkWhole('polish', settings.polish, 0, 1000)
  checkRange('temperature', settings.temperature, 0)
  checkRange('guidance', settings.guidance, -1000, 1000)
  for (const name of ['topP', 'minP', 'remask', 'threshold'] as const) checkRange(name, settings[name], 0, 1)
  checkChoice('order', settings.order, diffusionOrders)
  checkChoice('schedule', settings.schedule, diffusionSchedules)
  checkChoice('end', settings.end, endRules)
  for (const { token, bias } of settings.logitBias) {
    checkWhole('logitBias.token', token, 0, vocabSize - 1)
    if (Number.isNaN(bias)) throw invalid('logitBias.bias', bias, 'a number')
  }
  return settings
}

function checkWhole(name: string, value: number, least: number, most = Infinity): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw invalid(name, value, `a whole number from ${least}${most === Infinity ? ' up' : ` to ${most}`}`)
}

function checkRange(name: string, value: number, least: number, most = Infinity): void {
  if (Number.isFinite(value) && value >= least && value <= most) return
  throw invalid(name, value, `a number from ${least}${most === Infinity ? ' up' : ` to ${most}`}`)
}

function checkChoice(name: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value)) throw invalid(name, value, `one of ${choices.join(', ')}`)
}

function invalid(name: string, value: unknown, wanted: string): LlamaError {
  return new LlamaError('invalid-sampling', `${name} is ${String(value)}; it must be ${wanted}.`)
}
