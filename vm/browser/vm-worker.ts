// The Worker with the machine in it: the page stays smooth however busy the machine is, and closing the Worker gives all its memory back.
import type { V86 } from 'v86'
import { downloadImage, DownloadError } from './download.ts'
import { Emulator } from './emulator.ts'
import type { BrowserVmManifest } from './manifest.ts'
import type { FromVm, ToVm } from './vm-protocol.ts'
import type { AgentPort } from '../agent/agent-client.ts'

interface WorkerScope {
  postMessage(message: FromVm, transfer?: Transferable[]): void
  onmessage: ((event: MessageEvent<ToVm>) => void) | null
}
const page = globalThis as unknown as WorkerScope

let emulator: Emulator | undefined
let port: AgentPort | undefined

function connect(machine: Emulator): void {
  port?.close()
  port = machine.port()
  port.onData((bytes) => page.postMessage({ kind: 'bytes', bytes }, [bytes.buffer as ArrayBuffer]))
}

async function open(baseUrl: string, manifest: BrowserVmManifest): Promise<void> {
  const files = await downloadImage(baseUrl, manifest, (loaded) => page.postMessage({ kind: 'progress', phase: 'download', loaded, total: manifest.bytes }))
  page.postMessage({ kind: 'progress', phase: 'start', loaded: manifest.bytes, total: manifest.bytes })
  // The emulator comes with the state that only this version of it can read; from a blob, since it may be out of the cache.
  const script = URL.createObjectURL(new Blob([files.emulator], { type: 'text/javascript' }))
  const { V86: Constructor } = await import(/* @vite-ignore */ script) as { readonly V86: typeof V86 }
  URL.revokeObjectURL(script)
  emulator = await Emulator.start({
    V86: Constructor, state: files.state, memory: manifest.memory,
    instantiate: async (imports) => (await WebAssembly.instantiate(files.wasm, imports)).instance.exports,
  })
  connect(emulator)
  page.postMessage({ kind: 'running' })
}

async function restore(): Promise<void> {
  if (emulator === undefined) return
  await emulator.restore()
  page.postMessage({ kind: 'restored' })
  connect(emulator)
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof DownloadError) page.postMessage({ kind: 'failed', message, remedy: 'Look at the connection and try again; what has come whole already is kept.' })
  else if (error instanceof RangeError) page.postMessage({ kind: 'failed', message: `This device has too little free memory for the machine (${message}).`, remedy: 'Close other tabs, or use the simulated machine.' })
  else page.postMessage({ kind: 'failed', message, remedy: 'Reload the page, or use the simulated machine.' })
}

page.onmessage = ({ data }) => {
  switch (data.kind) {
    case 'open':
      open(data.baseUrl, data.manifest).catch(fail)
      break
    case 'restore':
      restore().catch(fail)
      break
    case 'bytes':
      port?.send(data.bytes)
  }
}
