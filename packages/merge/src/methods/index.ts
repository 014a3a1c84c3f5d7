import { MergeError } from '../errors/merge-error.ts'
import type { MethodDefinition } from '../method/method.ts'
import { addDifference } from './add-difference.ts'
import { arceeFusion } from './arcee-fusion.ts'
import { breadcrumbs } from './breadcrumbs.ts'
import { breadcrumbsTies } from './breadcrumbs-ties.ts'
import { dareLinear } from './dare-linear.ts'
import { dareTies } from './dare-ties.ts'
import { della } from './della.ts'
import { dellaLinear } from './della-linear.ts'
import { karcher } from './karcher.ts'
import { linear } from './linear.ts'
import { modelStock } from './model-stock.ts'
import { multislerp } from './multislerp.ts'
import { nearswap } from './nearswap.ts'
import { nuslerp } from './nuslerp.ts'
import { passthrough } from './passthrough.ts'
import { ram } from './ram.ts'
import { ramPlus } from './ram-plus.ts'
import { sce } from './sce.ts'
import { slerp } from './slerp.ts'
import { taskArithmetic } from './task-arithmetic.ts'
import { ties } from './ties.ts'
import { weightedSum } from './weighted-sum.ts'

/** All methods of merging, in the order that people see, under mergekit's names where it has them. */
export const methods = {
  weighted_sum: weightedSum,
  linear,
  slerp,
  nuslerp,
  multislerp,
  karcher,
  task_arithmetic: taskArithmetic,
  ties,
  dare_linear: dareLinear,
  dare_ties: dareTies,
  breadcrumbs,
  breadcrumbs_ties: breadcrumbsTies,
  della,
  della_linear: dellaLinear,
  model_stock: modelStock,
  nearswap,
  sce,
  arcee_fusion: arceeFusion,
  ram,
  ramplus_tl: ramPlus,
  add_difference: addDifference,
  passthrough,
} satisfies Record<string, MethodDefinition>

export type MethodName = keyof typeof methods

export const methodNames = Object.keys(methods) as [MethodName, ...MethodName[]]

export function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(methods, name)
}

/** @throws MergeError merge-method */
export function methodNamed(name: string): MethodDefinition {
  if (isMethodName(name)) return methods[name]
  throw new MergeError('merge-method', `There is no merge method “${name}”`, {
    hint: `Choose one of ${methodNames.join(', ')}.`,
  })
}
