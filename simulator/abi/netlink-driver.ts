// Netlink messages about queueing disciplines (tc(8)) and about what drivers say of their devices (ethtool(8)).
/** What netem does (tc-netem(8)): times in nanoseconds, probabilities from 0 to 1, the rate in bytes a second. */
export interface NetemOptions {
  readonly limit?: number
  readonly delay?: number
  readonly jitter?: number
  readonly delayCorrelation?: number
  readonly loss?: number
  readonly lossCorrelation?: number
  readonly duplicate?: number
  readonly duplicateCorrelation?: number
  readonly reorder?: number
  readonly reorderCorrelation?: number
  readonly corrupt?: number
  readonly corruptCorrelation?: number
  readonly gap?: number
  readonly rate?: number
  readonly isNormal?: boolean
}
export interface QdiscRequest {
  readonly index: number
  readonly kind?: string
  /** The major number, 0 for one of the kernel's own choice; the root unless `isIngress`. */
  readonly handle?: number
  readonly isRoot?: boolean
  readonly options?: NetemOptions
}
/** The queueing discipline of a device; handle 0 for the default one. */
export interface Qdisc {
  readonly index: number
  readonly kind: string
  readonly handle: number
  readonly options: NetemOptions
  readonly bytes: number
  readonly packets: number
  readonly dropped: number
  /** What waits in it: packets and bytes. */
  readonly qlen: number
  readonly backlog: number
}

/** What a driver says of its device (ethtool_drvinfo, ethtool_link_ksettings, ethtool_stats, ethtool_gfeatures). */
export interface EthtoolFeature { readonly name: string; readonly isPart: boolean; readonly isOn: boolean; readonly isFixed: boolean }
export interface EthtoolInfo {
  readonly name: string
  readonly hasLink: boolean
  readonly reportsLink: boolean
  readonly permAddress: string | undefined
  readonly driver: { readonly driver: string; readonly version: string; readonly firmware: string; readonly bus: string; readonly hasStatistics: boolean } | undefined
  readonly settings: { readonly speed: number | undefined; readonly duplex: string | undefined; readonly port: string; readonly mdix: boolean; readonly messageLevel?: number } | undefined
  readonly statistics: readonly (readonly [string, number])[]
  /** undefined: not known of this kind of device. */
  readonly features: readonly EthtoolFeature[] | undefined
  readonly queues: readonly [rx: number, tx: number]
}
