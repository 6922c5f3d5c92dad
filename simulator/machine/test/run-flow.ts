// Runs a test's own flow as the one program of a bare machine: what a syscall does can then be told as a story.
import type { Program } from '../../abi/syscalls.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { executableBytes } from '../../lib/executable.ts'
import { bootHost } from '../boot.ts'
import { prepareTask, startProgram } from '../spawn.ts'
import { init } from '../../userland/programs/init/index.ts'

const file = (path: string, id: string): { path: string; type: 'file'; content: Uint8Array; uid: number; gid: number; mode: number; mtime: number } => ({
  path, type: 'file', content: executableBytes(id), uid: 0, gid: 0, mode: 0o755, mtime: 0,
})
const dir = (path: string, mode = 0o755): { path: string; type: 'dir'; uid: number; gid: number; mode: number; mtime: number } => ({ path, type: 'dir', uid: 0, gid: 0, mode, mtime: 0 })

export const ROOT = { name: 'root', uid: 0, gid: 0, home: '/', shell: '/test' }
export const LEARNER = { name: 'learner', uid: 1000, gid: 1000, home: '/', shell: '/test' }

/** Boots a machine with nothing but init and the flow, prepared as a test wants it, runs it until nothing moves, and answers the kernel for a look. */
export function runFlow(flow: Program, who = ROOT, prepare: (kernel: Kernel) => void = () => {}): Kernel {
  const programs = new Map([['init/init', init.programs[0].program], ['test/test', flow]])
  const image = [dir('/'), dir('/sbin'), file('/sbin/init', 'init/init'), file('/test', 'test/test'), ...['/proc', '/sys', '/dev', '/run', '/tmp'].map((path) => dir(path))]
  const kernel = bootHost({ seed: 1, bootTimeMs: 0, image, programs })
  if (kernel.initTask === undefined) throw new Error('not booted')
  prepare(kernel)
  const task = prepareTask(kernel, kernel.initTask, who)
  startProgram(task, who, '/test', ['test'])
  for (let i = 0; i < 1000; i++) {
    kernel.scheduler.run(1000)
    const next = kernel.clock.nextDeadline
    if (next === undefined || kernel.scheduler.hasReady) {
      if (!kernel.scheduler.hasReady) break
    } else kernel.clock.advance(next)
  }
  return kernel
}
