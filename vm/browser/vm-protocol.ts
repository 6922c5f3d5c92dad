// What the page and the Worker with the machine in it say to each other. Bytes of the agent's channel go both ways; everything between `restored`
// and the next `restored` belongs to one life of the machine.
import type { BrowserVmManifest } from './manifest.ts'

export type ToVm =
  | { readonly kind: 'open'; readonly baseUrl: string; readonly manifest: BrowserVmManifest }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'restore' }

export type FromVm =
  | { readonly kind: 'progress'; readonly phase: 'download' | 'start'; readonly loaded: number; readonly total: number }
  | { readonly kind: 'running' }
  | { readonly kind: 'restored' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'failed'; readonly message: string; readonly remedy: string }
