import { expect, test } from 'vitest'
import { MemoryClaims } from './memory-claims.ts'

test('what a model is to take is gone for others from before it loads until it is freed', () => {
  let resident = 100
  const claims = new MemoryClaims(() => resident)
  expect(claims.outstanding()).toEqual({ ram: 0, gpu: 0 })
  const first = claims.claim({ ram: 1000, gpu: 50 })
  const second = claims.claim({ ram: 500, gpu: 70 })
  expect(claims.outstanding()).toEqual({ ram: 1500, gpu: 120 })
  resident += 900
  first.loaded()
  expect(claims.outstanding()).toEqual({ ram: 600, gpu: 70 })
  resident += 600
  second.loaded()
  expect(claims.outstanding()).toEqual({ ram: 0, gpu: 0 })
  first.release()
  resident -= 1000
  second.release()
  expect(claims.outstanding()).toEqual({ ram: 0, gpu: 0 })
})

test('what the process holds besides models is taken for none of theirs', () => {
  let resident = 100
  const claims = new MemoryClaims(() => resident)
  claims.claim({ ram: 1000, gpu: 0 }).release()
  resident = 5000
  claims.claim({ ram: 1000, gpu: 0 })
  expect(claims.outstanding()).toEqual({ ram: 1000, gpu: 0 })
})
