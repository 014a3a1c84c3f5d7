import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/**
 * Physical cores this process may use: two threads of one core compute no faster than one, and spin waiting for each
 * other. Where the system does not tell, its logical processors.
 */
export function countPhysicalCores(): number {
  const logical = availableParallelism()
  const physical = { linux: onLinux, darwin: onMac, win32: onWindows }[process.platform as 'linux']?.()
  return physical ? Math.min(physical, logical) : logical
}

/** Hyper-threads of one core name the same siblings. */
function onLinux(): number | undefined {
  const folder = '/sys/devices/system/cpu'
  try {
    const processors = readdirSync(folder).filter((name) => /^cpu\d+$/.test(name))
    const siblings = processors.map((name) =>
      readFileSync(`${folder}/${name}/topology/thread_siblings_list`, 'utf8'),
    )
    return new Set(siblings).size
  } catch {
    return undefined
  }
}

/** Performance cores where there are such: llama.cpp's threads wait for the slowest. */
function onMac(): number | undefined {
  return (
    askNumber('sysctl', ['-n', 'hw.perflevel0.physicalcpu']) ?? askNumber('sysctl', ['-n', 'hw.physicalcpu'])
  )
}

function onWindows(): number | undefined {
  const script = '(Get-CimInstance Win32_Processor | Measure-Object -Property NumberOfCores -Sum).Sum'
  return askNumber('powershell', ['-NoProfile', '-Command', script])
}

function askNumber(command: string, args: string[]): number | undefined {
  try {
    const answer = Number(
      execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe', timeout: 5000 }).trim(),
    )
    return answer > 0 ? answer : undefined
  } catch {
    return undefined
  }
}
