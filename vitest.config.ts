import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * How long a test waits for what must happen before it says that it did not, in milliseconds: far longer than anything
 * takes on a slow machine that is busy with other work. The only limit of time there is in the tests
 * (docs/decisions/0069): `expect.poll` has it, and `inject('patience')` gives it to what has limits of its own.
 */
const patience = 300_000

/** What measures the time or memory of its own process: nothing else may have been in it. */
const measuring = [
  'apps/server/src/garbage.test.ts',
  'packages/constraint/src/adversarial.test.ts',
  'packages/workflow/src/plan/planning-cost.test.ts',
]

/** Small files that take long. They begin first, for the others to fill up what the workers have left at the end. */
const longest = ['tests/examples.test.ts', 'tests/architectures.test.ts', 'tests/training.test.ts']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification): boolean =>
      longest.some((file) => moduleId.endsWith(`/${file}`))
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  resolve: { conditions: ['@woolgather/source'] },
  ssr: { resolve: { conditions: ['@woolgather/source'] } },
  test: {
    // Longer than one wait, so that what was waited for is told.
    testTimeout: 3 * patience,
    hookTimeout: 3 * patience,
    expect: { poll: { timeout: patience } },
    provide: { patience },
    // The processes that tests start are as patient.
    env: { WOOLGATHER_PATIENCE: '10' },
    setupFiles: ['tests/setup.ts'],
    teardownTimeout: patience,
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
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

declare module 'vitest' {
  interface ProvidedContext {
    patience: number
  }
}
