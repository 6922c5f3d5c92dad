// The lines of vm/SECURITY.md that only a real machine can prove. They need QEMU and the image; where these are missing they are skipped, with the way to get them.
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AgentClient } from '../../vm/agent/agent-client.ts'
import { openServerVm } from '../../vm/server/client.ts'
import { findServerImage, type ServerImage } from '../../vm/server/image.ts'
import { lacksForQemu, openLocalQemu } from '../../vm/server/local.ts'
import { ProcessDriver, type QemuMachine } from '../../vm/server/process-driver.ts'
import { streamPort } from '../../vm/server/stream-port.ts'

const lacks = lacksForQemu()
if (lacks !== undefined) process.stdout.write(`test/vm/server-qemu: skipped: ${lacks}\n`)
const isRoot = process.getuid?.() === 0
const DISK_LIMIT = 96

const ofProcess = (pid: number, file: string): string => readFileSync(`/proc/${pid}/${file}`, 'utf8')
const field = (text: string, name: string): string => new RegExp(`^${name}:?\\s+(\\S+)`, 'm').exec(text)?.[1] ?? ''
/** Where the descriptors of a process lead. */
const filesOf = (pid: number): { readonly fd: string; readonly path: string }[] => readdirSync(`/proc/${pid}/fd`).map((fd) => ({ fd, path: readlinkSync(`/proc/${pid}/fd/${fd}`) }))
const temporary = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('isolab-machine-'))

describe.skipIf(lacks !== undefined)('a real machine', () => {
  let driver: ProcessDriver
  let machine: QemuMachine
  let agent: AgentClient
  beforeAll(async () => {
    driver = new ProcessDriver(findServerImage() as ServerImage, { diskLimit: DISK_LIMIT })
    machine = await driver.start({ docker: false })
    await machine.run()
    agent = new AgentClient(streamPort(machine.port))
    await agent.hello()
    await agent.clock(Date.now())
  })
  afterAll(() => driver.close())

  it('reaches nothing of the network', async () => {
    const asked: string[] = []
    const host = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.end('reached')
    })
    await new Promise<void>((resolve) => { host.listen(0, '127.0.0.1', resolve) })
    const { port } = host.address() as AddressInfo
    // QEMU's network would lead 10.0.2.2 to this computer, were it not restricted.
    const { output } = await agent.run(`ip route; for at in 10.0.2.2:${port} 10.0.2.3:53 192.0.2.1:80; do curl -s -m 3 http://$at/ && echo reached; done; echo over`)
    host.close()
    expect(output).toContain('default via 10.0.2.2')
    expect(output.trimEnd().split('\n').at(-1)).toBe('over')
    expect(output).not.toContain('reached')
    expect(asked).toEqual([])
    if (driver.about.some((line) => line.includes('network namespace of its own'))) {
      expect(readlinkSync(`/proc/${machine.pid}/ns/net`)).not.toBe(readlinkSync('/proc/self/ns/net'))
      expect(ofProcess(machine.pid, 'net/dev').match(/^\s*\w+:/gm)?.map((name) => name.trim())).toEqual(['lo:'])
    }
  })

  it('runs QEMU as a user of its own, without capabilities, in its sandbox', async ({ skip }) => {
    const other = await driver.start({ docker: false })
    const [status, otherStatus] = [ofProcess(machine.pid, 'status'), ofProcess(other.pid, 'status')]
    await other.stop()
    expect(field(status, 'NoNewPrivs')).toBe('1')
    expect(field(status, 'Seccomp')).toBe('2')
    expect(ofProcess(machine.pid, 'cmdline').split('\0')).toContain('on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny')
    if (!isRoot) skip('not root: machines run as the user of the service')
    expect(/^Uid:\s+(\d+)\s+\1\s+\1\s+\1$/m.exec(status)?.[1]).toMatch(/^[1-9]\d{8,}$/)
    expect(field(status, 'Uid')).not.toBe(field(otherStatus, 'Uid'))
    for (const set of ['CapEff', 'CapPrm', 'CapInh', 'CapBnd', 'CapAmb']) expect(field(status, set)).toBe('0000000000000000')
  })

  it('has limits on memory, disk and files', () => {
    const limits = ofProcess(machine.pid, 'limits')
    for (const name of ['Max address space', 'Max file size', 'Max open files']) expect(limits).toMatch(new RegExp(`^${name}\\s+\\d+`, 'm'))
    expect(limits).toMatch(new RegExp(`^Max file size\\s+${DISK_LIMIT * 1024 * 1024} `, 'm'))
    expect(limits).toMatch(/^Max core file size\s+0 /m)
  })

  it('can write only so much to its disk', async () => {
    const { output } = await agent.run(`dd if=/dev/zero of=/root/big bs=1M count=${DISK_LIMIT + 32} conv=fsync 2>&1; rm -f /root/big; sync; echo alive`, { timeoutMs: 120_000 })
    expect(output).toMatch(/Input\/output error|No space left/)
    expect(output).toContain('alive')
    expect(machine.alive).toBe(true)
  })

  it('cannot change what other machines start from', () => {
    const files = filesOf(machine.pid)
    const ram = files.find(({ path }) => path.includes('memfd:isolab-ram'))
    expect(ram).toBeDefined()
    const open = openSync(`/proc/${machine.pid}/fd/${ram?.fd ?? ''}`, 'r+')
    expect(() => writeSync(open, 'x', 0)).toThrow(/EPERM/)
    const shared = files.filter(({ path }) => path.includes('isolab-vm') || path.includes(process.env.ISOLAB_VM_HOME ?? 'isolab-vm'))
    expect(shared.length).toBeGreaterThan(1)
    for (const { fd } of shared) expect(Number.parseInt(field(ofProcess(machine.pid, `fdinfo/${fd}`), 'flags'), 8) & 3).toBe(0)
  })

  it('has random numbers of its own', async () => {
    const numbers = new Set<string>()
    for (let n = 0; n < 2; n++) {
      const each = await openLocalQemu()
      numbers.add((await each.run('head -c 16 /dev/urandom | xxd -p; cat /proc/sys/kernel/random/uuid')).output)
      each.close()
    }
    expect(numbers.size).toBe(2)
  })

  it('is a fresh one after a reset', async () => {
    const each = await openLocalQemu({ setup: 'echo prepared >/root/setup' })
    await each.run('touch /root/mine; ip link add left type dummy')
    await each.reset()
    expect((await each.run('ls /root; cat /root/setup; ip -br link show type dummy')).output).toBe('setup\nprepared\n')
    each.close()
  })

  it('runs Docker', async () => {
    const each = await openLocalQemu({ docker: true })
    expect((await each.run('docker images --format "{{.Repository}}:{{.Tag}}" | sort; docker run --rm busybox echo from inside')).output).toBe('busybox:latest\ndebian:12\nnginx:latest\nfrom inside\n')
    each.close()
  })

  it('takes no image that others may write to', () => {
    const folder = mkdtempSync(join(tmpdir(), 'isolab-image-'))
    const { folder: real, manifest } = findServerImage() as ServerImage
    const { files, snapshots: { plain, docker } } = manifest
    for (const { file } of [...Object.values(files), plain.ram, plain.state, plain.disk, docker.ram, docker.state, docker.disk]) writeFileSync(join(folder, file), '')
    copyFileSync(join(real, 'manifest.json'), join(folder, 'manifest.json'))
    expect(findServerImage(folder)).toMatchObject({ folder })
    chmodSync(join(folder, files.disk.file), 0o666)
    expect(findServerImage(folder)).toMatch(/others may write/)
    rmSync(join(folder, files.disk.file))
    expect(findServerImage(folder)).toMatch(/lacks disk-/)
    rmSync(folder, { recursive: true })
  })

  it('gives its machine’s memory and disk back', async () => {
    const each = await driver.start({ docker: false })
    expect(each.memory()).toBeGreaterThan(1024 * 1024)
    // The machine's own layer has no name from the beginning.
    expect(filesOf(each.pid).some(({ path }) => /isolab-machine-\w+\/layer \(deleted\)$/.test(path))).toBe(true)
    expect(temporary()).toEqual([])
    await each.stop()
    expect(existsSync(`/proc/${each.pid}`)).toBe(false)
  })
})

describe.skipIf(lacks !== undefined)('the service', () => {
  let service: ChildProcess
  let url = ''
  beforeAll(async () => {
    service = spawn(process.execPath, [join(import.meta.dirname, '..', '..', 'vm', 'server', 'serve.ts'), '--port', '0', '--warm', '1', '--warm-docker', '0'], { stdio: ['ignore', 'pipe', 'inherit'] })
    if (service.stdout === null) throw new Error('no standard output')
    for await (const line of createInterface({ input: service.stdout })) {
      url = /at (ws:\S+)$/.exec(line)?.[1] ?? ''
      if (url !== '') break
    }
  })
  afterAll(() => { service.kill('SIGKILL') })

  it('leaves nothing behind when it is killed', async () => {
    const machine = await openServerVm({ url })
    expect((await machine.run('echo "hello $(id -un)"')).output).toBe('hello root\n')
    const children = readFileSync(`/proc/${service.pid ?? 0}/task/${service.pid ?? 0}/children`, 'utf8').split(' ').filter((pid) => pid !== '')
    expect(children.length).toBeGreaterThan(0)
    service.kill('SIGKILL')
    await expect.poll(() => children.filter((pid) => existsSync(`/proc/${pid}`)), { timeout: 10_000 }).toEqual([])
    expect(temporary()).toEqual([])
    machine.close()
  })
})
