// The boots by which the image is made, each of a machine with the hardware that learners' machines will have.
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { AgentClient } from '../../agent/agent-client.ts'
import { streamPort } from '../../server/stream-port.ts'
import type { Accelerator } from '../../server/qemu-arguments.ts'
import { QemuProcess } from '../../server/qemu-process.ts'
import { BuildError, run } from '../target.ts'
import { makeLayer, type Parts } from './disk.ts'

/** The check of the timer fails now and then on a busy computer, and the kernel then hangs. */
const COMMAND_LINE = 'console=ttyS0 quiet loglevel=1 panic=-1 net.ifnames=0 apparmor=1 security=apparmor no_timer_check'
const FIRST_MEMORY = 1024
const MINUTE = 60_000
/** What a learner's first minute needs lies in the page cache of the snapshot. */
const WARM_UP = 'for user in root learner; do su - $user -c "ls; id; ps aux; ip addr; cat /proc/self/status; lsns; unshare -Urpf --mount-proc true; mount" >/dev/null 2>&1; done; sync'
const WARM_UP_DOCKER = 'docker ps -a && docker images && docker run --rm --network none busybox true'

interface Boot { readonly parts: Parts; readonly accelerator: Accelerator; readonly memory: number; readonly ram: string; readonly layer: string | undefined; readonly console: string; readonly append: string }

/** Boots; the descriptors of its files are QEMU's from then on. Whatever ends the build ends QEMU, too. */
function boot({ parts, accelerator, memory, ram, layer, console, append }: Boot): QemuProcess {
  const disk = layer === undefined ? [openSync(parts.disk, 'r+')] : [openSync(parts.disk, 'r'), openSync(layer, 'r+')]
  rmSync(console, { force: true })
  const qemu = new QemuProcess({ accelerator, memory, boot: { kernel: parts.kernel, initrd: parts.initrd, console, append: `${COMMAND_LINE} ${append}` } }, { disk, ram }, (words) => ['setpriv', '--pdeathsig=KILL', '--', ...words])
  disk.forEach((descriptor) => closeSync(descriptor))
  return qemu
}

async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => { timer = setTimeout(() => reject(new BuildError(`${what}: nothing after ${ms / 1000} s`)), ms) })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

const said = (console: string): string => existsSync(console) ? readFileSync(console, 'utf8') : ''

/** On some computers that are machines themselves QEMU starts with KVM and the guest hangs at once: only a kernel that speaks is believed. */
export async function kvmWorks(parts: Parts): Promise<boolean> {
  if (!existsSync('/dev/kvm')) return false
  const work = join(parts.disk, '..')
  const [ram, console] = [join(work, 'kvm-ram'), join(work, 'kvm-console')]
  run('truncate', ['-s', '256M', ram])
  const qemu = boot({ parts, accelerator: 'kvm', memory: 256, ram, layer: makeScratch(work), console, append: 'loglevel=7' })
  let isOver = false
  void qemu.exited.then(() => { isOver = true })
  for (let tries = 0; tries < 40 && !isOver && !said(console).includes('Linux version'); tries++) await new Promise((resolve) => setTimeout(resolve, 250))
  const works = said(console).includes('Linux version')
  qemu.kill()
  await qemu.exited
  for (const path of [ram, console, join(work, 'scratch')]) rmSync(path, { force: true })
  return works
}

function makeScratch(work: string): string {
  makeLayer(join(work, 'scratch'))
  return join(work, 'scratch')
}

/** Docker's images become part of the disk. By emulation in any case: the disk is the same everywhere. */
export async function firstBoot(work: string, parts: Parts): Promise<void> {
  const [ram, console] = [join(work, 'first-ram'), join(work, 'first-console')]
  run('truncate', ['-s', `${FIRST_MEMORY}M`, ram])
  const qemu = boot({ parts, accelerator: 'tcg', memory: FIRST_MEMORY, ram, layer: undefined, console, append: 'isolab.first=1' })
  await within(15 * MINUTE, 'first boot', qemu.exited).finally(() => qemu.kill())
  rmSync(ram)
  if (!said(console).includes('isolab: images imported')) throw new BuildError(`Docker did not take in its images:\n${said(console).split('\n').slice(-15).join('\n')}`)
}

export interface SnapshotFiles { readonly memory: number; readonly ram: string; readonly state: string; readonly disk: string }

/** Boots to the agent's first word, lets the machine come to rest, and saves it. */
export async function takeSnapshot(work: string, parts: Parts, accelerator: Accelerator, docker: boolean, { memory, ram, state, disk }: SnapshotFiles): Promise<void> {
  const console = join(work, `${docker ? 'docker' : 'plain'}-console`)
  const qemu = boot({ parts, accelerator, memory, ram, layer: disk, console, append: docker ? 'isolab.docker=1' : '' })
  const gone = qemu.exited.then((reason) => { throw new BuildError(`${reason}\n${said(console)}`) })
  try {
    await Promise.race([gone, within(20 * MINUTE, 'booting', settle(qemu, docker))])
    const socket = join(work, 'migration')
    rmSync(socket, { force: true })
    await qemu.save(state, socket)
    // Most of the RAM is zeros, which need no room.
    run('fallocate', ['--dig-holes', ram])
  } finally {
    qemu.kill()
    gone.catch(() => undefined)
    await qemu.exited
  }
}

async function settle(qemu: QemuProcess, docker: boolean): Promise<void> {
  await qemu.qmp.command('qmp_capabilities')
  const agent = new AgentClient(streamPort(qemu.agent))
  await helloAtLast(agent)
  await agent.quiesce()
  const { output, status } = await agent.run(docker ? `${WARM_UP}; ${WARM_UP_DOCKER}` : WARM_UP)
  if (status !== 0) throw new BuildError(`the machine does not do what it should:\n${output}`)
  await new Promise((resolve) => setTimeout(resolve, 3000))
}

/** The agent answers once it runs; what was sent before it opened its port is lost. */
async function helloAtLast(agent: AgentClient): Promise<void> {
  for (;;) {
    const answer = await Promise.race([agent.hello(), new Promise<undefined>((resolve) => { setTimeout(() => resolve(undefined), 3000) })])
    if (answer !== undefined) return
  }
}
