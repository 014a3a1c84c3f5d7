import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { root } from './scratch.ts'

/*
   What installing and building do on the machine of somebody who has just got this: nothing unasked.
*/

test('npm runs no scripts of the packages it installs here, whatever its version', () => {
  // As npm itself reads it; a variable of the environment would hide what the project says.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_ignore_scripts$/i.test(name)),
  )
  const said = execFileSync('npm', ['config', 'get', 'ignore-scripts'], { cwd: root, env, encoding: 'utf8' })
  expect(said.trim()).toBe('true')
})

test('whatever starts turbo does so with its telemetry off', async () => {
  const folder = path.join(root, 'scripts')
  const starting = readdirSync(folder)
    .filter((name) => /\.m?[jt]s$/.test(name))
    .filter((name) => /turbo\/bin\/turbo|bin\('turbo'\)/.test(readFileSync(path.join(folder, name), 'utf8')))
  expect(starting).toEqual(expect.arrayContaining(['build.mjs', 'check.mjs', 'prepare.mjs']))
  for (const name of starting) {
    expect(readFileSync(path.join(folder, name), 'utf8'), name).toMatch(/from '\.\/run\.mjs'/)
  }
  const told = execFileSync(
    process.execPath,
    ['-e', `import('./scripts/run.mjs').then(() => console.log(process.env.TURBO_TELEMETRY_DISABLED))`],
    { cwd: root, encoding: 'utf8', env: { ...process.env, TURBO_TELEMETRY_DISABLED: undefined } },
  )
  expect(told.trim()).toBe('1')
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  expect(Object.values(scripts).filter((command) => /\bturbo\b/.test(command))).toEqual([])
})
