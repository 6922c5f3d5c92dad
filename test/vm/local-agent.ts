// The guest agent on this computer's own kernel, for tests: in a mount namespace of its own, so that what a test mounts is gone with it.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AgentPort } from '../../vm/agent/agent-client.ts'

const SOURCE = join(import.meta.dirname, '..', '..', 'vm', 'agent', 'guest')

/** Why the agent can't run here; undefined if it can. */
export function lacksForAgent(): string | undefined {
  if (process.platform !== 'linux') return 'no Linux'
  if (process.getuid?.() !== 0) return 'not root'
  if (spawnSync('sh', ['-c', 'command -v gcc && command -v make && command -v bash']).status !== 0) return 'no gcc, make or bash'
  return spawnSync('unshare', ['-m', 'true']).status === 0 ? undefined : 'namespaces are not allowed'
}

export interface BuiltAgent { readonly path: string; remove(): void }

export function buildAgent(arch: 'amd64' | 'i386' = process.arch === 'ia32' ? 'i386' : 'amd64'): BuiltAgent {
  const out = mkdtempSync(join(tmpdir(), 'isolab-agent-'))
  const { status, stderr } = spawnSync('make', ['-C', SOURCE, `ARCH=${arch}`, `OUT=${out}`], { encoding: 'utf8' })
  const path = join(out, 'isolab-agent')
  if (status !== 0 || !existsSync(path)) throw new Error(`the agent can't be built: ${stderr}`)
  return { path, remove: () => rmSync(out, { recursive: true, force: true }) }
}

/** Starts an agent whose /run and root's home are empty, on one CPU with all that it starts, as in a virtual machine; it ends when the port is closed. */
export function startAgent(path: string): AgentPort {
  const child = spawn('taskset', ['-c', '0', 'unshare', '-m', 'sh', '-c', 'mount -t tmpfs none /run && mount -t tmpfs none /root && exec "$0" -', path], { stdio: ['pipe', 'pipe', 'inherit'] })
  let closed: (reason: string) => void = () => undefined
  child.on('exit', (code, signal) => closed(`the agent has ended: ${signal ?? code}`))
  child.stdin.on('error', () => undefined)
  return {
    send: (bytes) => void child.stdin.write(bytes),
    onData: (take) => void child.stdout.on('data', (bytes: Buffer) => take(new Uint8Array(bytes))),
    onClose: (listener) => { closed = listener },
    close: () => {
      closed = () => undefined
      child.kill('SIGKILL')
    },
  }
}
