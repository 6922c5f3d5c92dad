// Machines as QEMU processes, children of this one. A machine is restored from the image's snapshot: its RAM is the sealed template, mapped private, its disk
// an empty layer over the shared ones, whose file has no name any more when QEMU starts. So whatever kills this process takes everything with it.
import { closeSync, copyFileSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { Cgroups } from './cgroup.ts'
import { Confinement } from './confinement.ts'
import type { MachineDriver, MachineHandle, MachineSpec } from './driver.ts'
import type { ImageFile, ServerImage, Snapshot } from './image.ts'
import { QemuProcess } from './qemu-process.ts'
import { sealRam } from './ram-template.ts'

const KIB = 1024
const MIB = KIB * KIB

export interface ProcessDriverOptions {
  /** MiB a machine may write to its disk. */
  readonly diskLimit?: number
  /** Processors a machine may use, where cgroups can be had. */
  readonly cpus?: number
  /** A cgroup in which this process may make some; else the root one is tried. */
  readonly cgroup?: string
}

interface Template { readonly snapshot: Snapshot; readonly ram: number; readonly disk: readonly number[] }

export class ProcessDriver implements MachineDriver {
  readonly about: readonly string[]
  readonly #image: ServerImage
  readonly #options: Required<Omit<ProcessDriverOptions, 'cgroup'>>
  readonly #confinement = new Confinement()
  readonly #cgroups: Cgroups
  readonly #templates = new Map<'plain' | 'docker', Promise<Template>>()
  readonly #machines = new Set<QemuMachine>()
  readonly #slots = new Set<number>()
  #started = 0

  constructor(image: ServerImage, { diskLimit = 2048, cpus = 1, cgroup }: ProcessDriverOptions = {}) {
    this.#image = image
    this.#options = { diskLimit, cpus }
    this.#cgroups = new Cgroups(cgroup)
    const { accelerator, built } = image.manifest
    this.about = [
      `the image of ${built.slice(0, 10)} in ${image.folder}`,
      accelerator === 'kvm' ? 'machines run on KVM' : 'machines run by emulation (TCG): KVM did not work where the image was built, or was not to be used',
      ...this.#confinement.about, this.#cgroups.about,
    ]
  }

  async start({ docker }: MachineSpec): Promise<QemuMachine> {
    const template = await this.#template(docker ? 'docker' : 'plain')
    const { memory } = template.snapshot
    const slot = this.#takeSlot()
    let qemu: QemuProcess
    try {
      qemu = this.#spawn(template, slot)
    } catch (error) {
      this.#slots.delete(slot)
      throw error
    }
    const machine = new QemuMachine(`machine-${process.pid}-${++this.#started}`, qemu)
    let release = (): void => {}
    this.#machines.add(machine)
    void qemu.exited.then(() => {
      this.#machines.delete(machine)
      this.#slots.delete(slot)
      release()
    })
    try {
      // Number 0 would be this process itself: it must not get into the cgroup of a machine that there isn't.
      if (qemu.pid !== 0) release = this.#cgroups.add(machine.id, qemu.pid, { memory, cpus: this.#options.cpus })
      await qemu.restore()
    } catch (error) {
      await machine.stop()
      throw error
    }
    return machine
  }

  async close(): Promise<void> {
    await Promise.all([...this.#machines].map((machine) => machine.stop()))
    for (const template of await Promise.allSettled(this.#templates.values())) {
      if (template.status === 'fulfilled') for (const descriptor of [template.value.ram, ...template.value.disk]) closeSync(descriptor)
    }
    this.#templates.clear()
    await this.#cgroups.close()
  }

  /** QEMU with descriptors of its own on its files; nothing stays open if it can't be started. */
  #spawn({ snapshot, ram, disk }: Template, slot: number): QemuProcess {
    const { memory } = snapshot
    const limits = { memory, disk: this.#options.diskLimit * MIB }
    const own: number[] = []
    try {
      const layer = this.#ownLayer()
      own.push(layer)
      const state = this.#open(snapshot.state)
      own.push(state)
      return new QemuProcess({ accelerator: this.#image.manifest.accelerator, memory }, { disk: [...disk, layer], ram, state }, (words) => this.#confinement.command(slot, limits, words))
    } finally {
      own.forEach((descriptor) => closeSync(descriptor))
    }
  }

  /** The RAM of a snapshot is sealed when its first machine starts; if that fails, when the next one does. */
  #template(name: 'plain' | 'docker'): Promise<Template> {
    const known = this.#templates.get(name)
    if (known !== undefined) return known
    const made = this.#makeTemplate(this.#image.manifest.snapshots[name])
    this.#templates.set(name, made)
    made.catch(() => this.#templates.delete(name))
    return made
  }

  async #makeTemplate(snapshot: Snapshot): Promise<Template> {
    const { files } = this.#image.manifest
    return { snapshot, ram: await sealRam(this.#path(files.seal), this.#path(snapshot.ram)), disk: [this.#open(files.disk), this.#open(snapshot.disk)] }
  }

  /** A number no running machine has: its user id follows from it. */
  #takeSlot(): number {
    let slot = 0
    while (this.#slots.has(slot)) slot++
    this.#slots.add(slot)
    return slot
  }

  /** A new layer for the disk, open, its file already without a name. */
  #ownLayer(): number {
    const folder = mkdtempSync(join(tmpdir(), 'isolab-machine-'))
    try {
      const path = join(folder, 'layer')
      copyFileSync(this.#path(this.#image.manifest.files.layer), path)
      return openSync(path, 'r+')
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  #path(file: ImageFile): string {
    return join(this.#image.folder, file.file)
  }

  #open(file: ImageFile): number {
    return openSync(this.#path(file), 'r')
  }
}

export class QemuMachine implements MachineHandle {
  readonly id: string
  readonly pid: number
  readonly #qemu: QemuProcess
  #alive = true

  constructor(id: string, qemu: QemuProcess) {
    this.id = id
    this.pid = qemu.pid
    this.#qemu = qemu
    void qemu.exited.then(() => { this.#alive = false })
  }

  get port(): Duplex {
    return this.#qemu.agent
  }

  get alive(): boolean {
    return this.#alive
  }

  async run(): Promise<void> {
    await this.#qemu.qmp.command('cont')
  }

  memory(): number {
    try {
      const rollup = readFileSync(`/proc/${this.pid}/smaps_rollup`, 'utf8')
      const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1] ?? 0) * KIB
      return field('Private_Dirty') + field('Private_Clean')
    } catch {
      return 0
    }
  }

  onExit(gone: (reason: string) => void): void {
    void this.#qemu.exited.then(gone)
  }

  async stop(): Promise<void> {
    this.#qemu.kill()
    await this.#qemu.exited
  }
}
