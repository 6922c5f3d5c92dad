// A machine that behaves as a real one does towards the page, without any Linux: it echoes lines and answers each with a prompt and the World given to it.
// Served in place of the code that opens a machine in the page or on a server; `WORLD` and `STEP_MS` are put in front of it.
const encoder = new TextEncoder()
const pause = ms => new Promise(resolve => setTimeout(resolve, ms))
const PROMPT = 'learner@host:~$ '

class StubTerminal {
  #take = () => undefined
  #clear = () => undefined
  #early = []
  line = ''
  constructor(machine, { name, user }) {
    Object.assign(this, { machine, name, user })
  }
  say(text) {
    const bytes = encoder.encode(text)
    if (this.isHeard) this.#take(bytes, () => undefined)
    else this.#early.push(bytes)
  }
  type(bytes) {
    for (const char of new TextDecoder().decode(bytes)) {
      if (char !== '\r') {
        this.line += char
        this.say(char)
        continue
      }
      const line = this.line
      this.line = ''
      this.say(`\r\nreal: ${line}\r\n${PROMPT}`)
      this.machine.step(this.name, line)
    }
  }
  resize() {}
  onOutput(take) {
    this.isHeard = true
    this.#take = take
    for (const bytes of this.#early.splice(0)) take(bytes, () => undefined)
  }
  onClear(clear) { this.#clear = clear }
  onClosed() {}
  restart() {
    this.#clear()
    this.say(PROMPT)
  }
}

class StubMachine {
  lacks = { undo: 'A stub has no way back.', rewind: 'A stub has no way back.', lens: 'A stub tells nothing.', packets: 'A stub has no wires.', save: 'A stub keeps nothing.' }
  timeline = []
  #terminals = new Map()
  #onStep = []
  constructor(kind) {
    this.kind = kind
    this.step('', 'start')
  }
  step(terminal, label) {
    const step = { n: this.timeline.length, terminal, label, world: WORLD, ran: [], refusals: [], time: 0 }
    this.timeline.push(step)
    for (const listener of this.#onStep ?? []) listener(step)
  }
  async openTerminal(options) {
    const terminal = new StubTerminal(this, options)
    this.#terminals.set(options.name, terminal)
    terminal.say(PROMPT)
    return terminal
  }
  onStep(listener) { this.#onStep.push(listener) }
  onWorld() {}
  async reset() {
    await pause(50)
    this.timeline = []
    this.step('', 'start')
    for (const terminal of this.#terminals.values()) terminal.restart()
  }
  close() { globalThis.stubsClosed = (globalThis.stubsClosed ?? 0) + 1 }
}

const MANIFEST = { kernel: { release: '6.1.0-stub' }, memory: 128_000_000 }
export const browserVmInfo = async () => ({ available: true, manifest: MANIFEST, toDownload: 11_400_000 })
export async function openBrowserVm({ onProgress, signal }) {
  for (let loaded = 0; loaded <= 11_400_000; loaded += 1_140_000) {
    onProgress({ phase: 'download', loaded, total: 11_400_000 })
    await pause(STEP_MS)
    if (!signal.aborted) continue
    // What was under way still comes.
    onProgress({ phase: 'download', loaded, total: 11_400_000 })
    globalThis.stubsCancelled = (globalThis.stubsCancelled ?? 0) + 1
    throw new Error('aborted')
  }
  onProgress({ phase: 'start', loaded: 0, total: 0 })
  await pause(STEP_MS)
  return new StubMachine('browser-vm')
}

/** A queue of three, and a server that soon wants its machine back; `globalThis.server` does what a server does later. */
export async function openServerVm({ onStatus, storage, signal }) {
  onStatus({ state: 'asking' })
  if (storage.getItem('key') === null) {
    for (let position = 3; position > 0; position--) {
      onStatus({ state: 'queued', position, seconds: position * 40 })
      await pause(STEP_MS)
      if (signal.aborted) throw new Error('aborted')
    }
  }
  onStatus({ state: 'starting' })
  storage.setItem('key', 'way back')
  onStatus({ state: 'ready' })
  globalThis.server = onStatus
  return new StubMachine('qemu-vm')
}
