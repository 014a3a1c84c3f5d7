// Everything a change must pass: installs what tests need, builds, checks, runs every test.
// `--full` runs random tests with the counts that a release needs, instead of the quick ones.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { installChromium } from './browser.mjs'
import { installNatsServer } from './nats-server.mjs'
import { prepare } from './prepare.mjs'
import { root, run } from './run.mjs'

const args = process.argv.slice(2)
const full = args.includes('--full')
const files = args.filter((arg) => arg !== '--full')

prepare()
await installChromium()
await installNatsServer()
if (files.length === 0) run(process.execPath, [path.join(root, 'scripts/check.mjs'), '--built'])

const folder = mkdtempSync(path.join(tmpdir(), 'woolgather-test-'))
const report = path.join(folder, 'report.json')
const vitest = spawnSync(
  process.execPath,
  [
    path.join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...files,
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, ...(full && { WOOLGATHER_TEST_FULL: '1' }) } },
)

const { passed, failed } = readReport()
rmSync(folder, { recursive: true, force: true })
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = vitest.status === 0 && failed === 0 && passed > 0 ? 0 : 1

/** A file that could not even be loaded counts as one failure. */
function readReport() {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'))
    const broken = testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    )
    return { passed: numPassedTests, failed: numFailedTests + broken.length }
  } catch {
    return { passed: 0, failed: 1 }
  }
}
