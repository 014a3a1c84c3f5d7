import { arceeFusion } from './arcee-fusion.ts'
import { karcher } from './karcher.ts'
import { addDifference, linear, passthrough, taskArithmetic, weightedSum } from './linear.ts'
import type { MethodDefinition } from './method.ts'
import { modelStock } from './model-stock.ts'
import { multislerp } from './multislerp.ts'
import { nearswap } from './nearswap.ts'
import { nuslerp } from './nuslerp.ts'
import { ram, ramPlus } from './ram.ts'
import { sce } from './sce.ts'
import { slerp } from './slerp.ts'
import {
  breadcrumbs,
  breadcrumbsTies,
  dareLinear,
  dareTies,
  della,
  dellaLinear,
  ties,
} from './task-vectors.ts'

export type MethodName =
  | 'linear'
  | 'slerp'
  | 'nuslerp'
  | 'multislerp'
  | 'karcher'
  | 'task_arithmetic'
  | 'ties'
  | 'dare_linear'
  | 'dare_ties'
  | 'breadcrumbs'
  | 'breadcrumbs_ties'
  | 'della'
  | 'della_linear'
  | 'model_stock'
  | 'nearswap'
  | 'sce'
  | 'arcee_fusion'
  | 'ram'
  | 'ramplus_tl'
  | 'passthrough'
  | 'weighted_sum'
  | 'add_difference'

/** All methods, under mergekit's names where it has them. */
export const methods: Readonly<Record<MethodName, MethodDefinition>> = {
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
  passthrough,
  weighted_sum: weightedSum,
  add_difference: addDifference,
}

export function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(methods, name)
}
