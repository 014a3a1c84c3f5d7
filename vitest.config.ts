import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['@woolgather/source'] },
  ssr: { resolve: { conditions: ['@woolgather/source'] } },
  test: {
    include: [
      '{packages,apps}/*/src/**/*.test.{ts,tsx}',
      'nodes/**/*.test.ts',
      'tests/**/*.test.ts',
      'scripts/**/*.test.mjs',
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
