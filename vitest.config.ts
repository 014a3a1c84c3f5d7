import { defineConfig } from 'vitest/config'

/** What measures the time or memory of its own process: nothing else may have been in it. */
const measuring = ['apps/server/src/garbage.test.ts', 'packages/constraint/src/adversarial.test.ts']

export default defineConfig({
  resolve: { conditions: ['@woolgather/source'] },
  ssr: { resolve: { conditions: ['@woolgather/source'] } },
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A busy machine is slow to show what a test waits for: no reason to fail.
    expect: { poll: { timeout: 15_000 } },
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'measuring',
          include: measuring,
          isolate: true,
        },
      },
      {
        extends: true,
        test: {
          name: 'all',
          include: [
            '{packages,apps}/*/src/**/*.test.{ts,tsx}',
            'nodes/**/*.test.ts',
            'tests/**/*.test.ts',
            'scripts/**/*.test.mjs',
          ],
          exclude: ['**/node_modules/**', '**/dist/**', ...measuring],
          // Modules are loaded once for all files of a worker, not 200 times: a third of the whole time.
          isolate: false,
        },
      },
    ],
  },
})
