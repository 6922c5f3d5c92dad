// The texts of docker version and docker info (cli/command/system).
import { gmtime } from '../../../libc/time.ts'
import { bytesSize } from './format.ts'

type Json = Readonly<Record<string, unknown>>
const two = (n: number): string => String(n).padStart(2, '0')
export function isoSeconds(seconds: number): string {
  const t = gmtime(seconds)
  return `${t.year}-${two(t.month + 1)}-${two(t.day)}T${two(t.hour)}:${two(t.min)}:${two(t.sec)}`
}

interface Component {
  readonly Name: string
  readonly Version: string
  readonly Details: Readonly<Record<string, string>>
}

export function versionText(client: Json, server: unknown): string {
  const lines = [
    'Client:', ` Version:           ${String(client['Version'])}`, ` API version:       ${String(client['ApiVersion'])}`, ` Go version:        ${String(client['GoVersion'])}`,
    ` Git commit:        ${String(client['GitCommit'])}`, ` Built:             ${String(client['BuildTime'])}`, ` OS/Arch:           ${String(client['Os'])}/${String(client['Arch'])}`,
    ` Context:           ${String(client['Context'])}`, ` Experimental:      ${String(client['Experimental'])}`,
  ]
  if (server === undefined) return `${lines.join('\n')}\n`
  lines.push('', 'Server:')
  for (const { Name, Version, Details } of (server as { Components: readonly Component[] }).Components) {
    lines.push(` ${Name}:`, `  Version:          ${Version}`)
    if (Name !== 'Engine') {
      lines.push(...Object.entries(Details).map(([k, v]) => `  ${`${k}:`.padEnd(17)} ${v}`))
      continue
    }
    lines.push(
      `  API version:      ${Details['ApiVersion']} (minimum version ${Details['MinAPIVersion']})`, `  Go version:       ${Details['GoVersion']}`, `  Git commit:       ${Details['GitCommit']}`,
      '  Built:            Thu May  7 21:09:36 2026', `  OS/Arch:          ${Details['Os']}/${Details['Arch']}`, `  Experimental:     ${Details['Experimental']}`,
    )
  }
  return `${lines.join('\n')}\n`
}

interface Info {
  readonly [key: string]: unknown
  readonly DriverStatus: readonly (readonly [string, string])[]
  readonly Plugins: Readonly<Record<string, readonly string[] | null>>
  readonly Runtimes: Readonly<Record<string, unknown>>
  readonly SecurityOptions: readonly string[]
  readonly Labels: readonly string[]
  readonly ContainerdCommit: { readonly ID: string }
  readonly RuncCommit: { readonly ID: string }
  readonly InitCommit: { readonly ID: string }
  readonly Swarm: { readonly LocalNodeState: string }
  readonly MemTotal: number
}
export function infoText(json: Json): string {
  const i = json as Info
  const of = (key: string): string => String(i[key])
  const security = i.SecurityOptions.flatMap((option) => {
    const [name, ...rest] = option.split(',')
    return [`  ${name.replace('name=', '')}`, ...rest.map((r) => `   ${r.split('=')[0][0].toUpperCase()}${r.split('=')[0].slice(1)}: ${r.split('=')[1]}`)]
  })
  const lines = [
    ` Containers: ${of('Containers')}`, `  Running: ${of('ContainersRunning')}`, `  Paused: ${of('ContainersPaused')}`, `  Stopped: ${of('ContainersStopped')}`, ` Images: ${of('Images')}`,
    ` Server Version: ${of('ServerVersion')}`, ` Storage Driver: ${of('Driver')}`, ...i.DriverStatus.map(([k, v]) => `  ${k}: ${v}`), ` Logging Driver: ${of('LoggingDriver')}`,
    ` Cgroup Driver: ${of('CgroupDriver')}`, ` Cgroup Version: ${of('CgroupVersion')}`, ' Plugins:', ...['Volume', 'Network', 'Log'].map((k) => `  ${k}: ${(i.Plugins[k] ?? []).join(' ')}`),
    ` Swarm: ${i.Swarm.LocalNodeState}`, ` Runtimes: ${Object.keys(i.Runtimes).join(' ')}`, ` Default Runtime: ${of('DefaultRuntime')}`, ` Init Binary: ${of('InitBinary')}`,
    ` containerd version: ${i.ContainerdCommit.ID}`, ` runc version: ${i.RuncCommit.ID}`, ` init version: ${i.InitCommit.ID}`, ' Security Options:', ...security, ` Kernel Version: ${of('KernelVersion')}`,
    ` Operating System: ${of('OperatingSystem')}`, ` OSType: ${of('OSType')}`, ` Architecture: ${of('Architecture')}`, ` CPUs: ${of('NCPU')}`, ` Total Memory: ${bytesSize(i.MemTotal)}`, ` Name: ${of('Name')}`,
    ` ID: ${of('ID')}`, ` Docker Root Dir: ${of('DockerRootDir')}`, ` Debug Mode: ${of('Debug')}`, ` Registry: ${of('IndexServerAddress')}`, ' Labels:', ...i.Labels.map((label) => `  ${label}`), ` Experimental: ${of('ExperimentalBuild')}`,
    ' Insecure Registries:', '  127.0.0.0/8', ` Live Restore Enabled: ${of('LiveRestoreEnabled')}`, '',
  ]
  return `${lines.join('\n')}\n`
}
