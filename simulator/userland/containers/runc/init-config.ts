// What runc tells `runc init` about the process it is to become (libcontainer: initConfig), sent over the init pipe.
import type { CapabilityConfig, ContainerConfig, RlimitConfig } from './config.ts'
import type { OciProcess } from './oci.ts'
import { convertCapabilities, convertRlimits } from './convert.ts'

export interface InitConfig {
  readonly type: 'standard' | 'setns'
  readonly containerId: string
  readonly args: readonly string[]
  readonly env: readonly string[]
  readonly cwd: string
  readonly uid: number
  readonly gid: number
  readonly additionalGroups: readonly number[]
  readonly umask: number | null
  readonly capabilities: CapabilityConfig | null
  readonly noNewPrivileges: boolean
  readonly appArmorProfile: string
  readonly rlimits: readonly RlimitConfig[]
  readonly createConsole: boolean
  readonly consoleSize: { readonly width: number; readonly height: number } | undefined
  readonly passedFiles: number
  readonly config: ContainerConfig
  /** The OCI state that hooks read on standard input. */
  readonly hookState: unknown
}

/** newInitConfig: the process's own settings win over the container's. */
export function makeInitConfig(
  type: InitConfig['type'], id: string, process: OciProcess, config: ContainerConfig, extra: Pick<InitConfig, 'passedFiles' | 'hookState'>,
): InitConfig {
  const { user = { uid: 0, gid: 0 } } = process
  return {
    type, containerId: id, args: process.args ?? [], env: process.env ?? [], cwd: process.cwd ?? '', uid: user.uid, gid: user.gid, additionalGroups: user.additionalGids ?? [],
    umask: user.umask ?? config.umask, capabilities: convertCapabilities(process.capabilities) ?? config.capabilities,
    noNewPrivileges: process.noNewPrivileges ?? config.no_new_privileges ?? false, appArmorProfile: process.apparmorProfile ?? config.apparmor_profile ?? '',
    rlimits: convertRlimits(process.rlimits), createConsole: process.terminal === true,
    consoleSize: process.consoleSize === undefined ? undefined : { width: process.consoleSize.width, height: process.consoleSize.height }, config, ...extra,
  }
}
