// config.json of an OCI bundle (runtime-spec, config.md and config-linux.md), as runc 1.1 reads it. Unknown members are ignored, absent ones are undefined.

export interface OciUser {
  readonly uid: number
  readonly gid: number
  readonly umask?: number
  readonly additionalGids?: readonly number[]
}
export interface OciCapabilities {
  readonly bounding?: readonly string[]
  readonly effective?: readonly string[]
  readonly inheritable?: readonly string[]
  readonly permitted?: readonly string[]
  readonly ambient?: readonly string[]
}
export interface OciRlimit {
  readonly type: string
  readonly hard: number
  readonly soft: number
}
export interface OciProcess {
  readonly terminal?: boolean
  readonly consoleSize?: { readonly height: number; readonly width: number }
  readonly user?: OciUser
  readonly args?: readonly string[]
  readonly env?: readonly string[]
  readonly cwd?: string
  readonly capabilities?: OciCapabilities
  readonly rlimits?: readonly OciRlimit[]
  readonly noNewPrivileges?: boolean
  readonly apparmorProfile?: string
  readonly oomScoreAdj?: number
  readonly selinuxLabel?: string
}
export interface OciMount {
  readonly destination: string
  readonly type?: string
  readonly source?: string
  readonly options?: readonly string[]
}
export interface OciHook {
  readonly path: string
  readonly args?: readonly string[]
  readonly env?: readonly string[]
  readonly timeout?: number
}
export const HOOK_NAMES = ['createContainer', 'createRuntime', 'poststart', 'poststop', 'prestart', 'startContainer'] as const
export type HookName = (typeof HOOK_NAMES)[number]
export type OciHooks = Partial<Readonly<Record<HookName, readonly OciHook[] | null>>>

export interface OciIdMapping {
  readonly containerID: number
  readonly hostID: number
  readonly size: number
}
export interface OciDevice {
  readonly path: string
  readonly type: string
  readonly major?: number
  readonly minor?: number
  readonly fileMode?: number
  readonly uid?: number
  readonly gid?: number
}
export interface OciDeviceRule {
  readonly allow: boolean
  readonly type?: string
  readonly major?: number | null
  readonly minor?: number | null
  readonly access?: string
}
/** How many bytes or operations a second a disk gives. */
export interface ThrottleDevice {
  readonly major: number
  readonly minor: number
  readonly rate: number
}

export interface OciResources {
  readonly devices?: readonly OciDeviceRule[]
  readonly memory?: { readonly limit?: number; readonly reservation?: number; readonly swap?: number; readonly swappiness?: number; readonly disableOOMKiller?: boolean }
  readonly cpu?: { readonly shares?: number; readonly quota?: number; readonly period?: number; readonly cpus?: string; readonly mems?: string }
  readonly pids?: { readonly limit?: number }
  readonly blockIO?: {
    readonly weight?: number
    readonly throttleReadBpsDevice?: readonly ThrottleDevice[]
    readonly throttleWriteBpsDevice?: readonly ThrottleDevice[]
    readonly throttleReadIOPSDevice?: readonly ThrottleDevice[]
    readonly throttleWriteIOPSDevice?: readonly ThrottleDevice[]
  }
  readonly unified?: Readonly<Record<string, string>>
}
export interface OciNamespace {
  readonly type: string
  readonly path?: string
}
export interface OciLinux {
  readonly uidMappings?: readonly OciIdMapping[]
  readonly gidMappings?: readonly OciIdMapping[]
  readonly sysctl?: Readonly<Record<string, string>>
  readonly resources?: OciResources
  readonly cgroupsPath?: string
  readonly namespaces?: readonly OciNamespace[]
  readonly devices?: readonly OciDevice[]
  readonly seccomp?: unknown
  readonly rootfsPropagation?: string
  readonly maskedPaths?: readonly string[]
  readonly readonlyPaths?: readonly string[]
}
export interface OciSpec {
  readonly ociVersion?: string
  readonly process?: OciProcess
  readonly root?: { readonly path: string; readonly readonly?: boolean }
  readonly hostname?: string
  readonly mounts?: readonly OciMount[]
  readonly hooks?: OciHooks
  readonly linux?: OciLinux
  readonly annotations?: Readonly<Record<string, string>>
}
