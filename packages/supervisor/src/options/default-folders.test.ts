import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { findCheckout, resolveFolders } from './default-folders.ts'

const root = findCheckout()

test('the checkout is the folder above all packages', () => {
  expect(existsSync(path.join(root, 'packages', 'supervisor', 'package.json'))).toBe(true)
})

test('what is chosen wins over the environment, which wins over the defaults', () => {
  const env = { WOOLGATHER_MODELS: ['/a', '/b'].join(path.delimiter), WOOLGATHER_DATA: '/data' }
  expect(resolveFolders({ output: 'out' }, env)).toEqual({
    models: ['/a', '/b', path.join(root, 'models')],
    output: path.resolve('out'),
    data: '/data',
  })
  expect(resolveFolders({ models: ['/mine'], data: '/other' }, env)).toMatchObject({
    models: ['/mine', path.join(root, 'models')],
    data: '/other',
  })
  expect(resolveFolders({}, {})).toEqual({
    models: [path.join(root, 'models')],
    output: path.resolve('output'),
    data: path.join(root, '.woolgather'),
  })
})
