import { afterEach, expect, test } from 'vitest'
import { usable } from './devices.mjs'

const arch = process.arch === 'arm' ? 'armv7l' : process.arch

afterEach(() => delete process.env.WOOLGATHER_GPU)

test('binaries of this processor are installed, those of another are not', () => {
  expect(usable(`linux-${arch}`)).toBe(true)
  expect(usable(`mac-${arch}-metal`)).toBe(true)
  expect(usable('linux-riscv64')).toBe(arch === 'riscv64')
  expect(usable('linux-riscv64-cuda')).toBe(false)
})

test('binaries of a device that WOOLGATHER_GPU names are installed, wherever that is', () => {
  process.env.WOOLGATHER_GPU = 'cuda'
  expect(usable(`linux-${arch}-cuda`)).toBe(true)
  expect(usable(`win-${arch}-cuda-ext`)).toBe(true)
})
