// One terminal on the page: xterm with the look's colours, loaded when first needed. Esc Esc leaves it; everything else belongs to the shell.
import type { FitAddon } from '@xterm/addon-fit'
import type { SearchAddon } from '@xterm/addon-search'
import type { ITheme, Terminal } from '@xterm/xterm'

const ESC_MS = 600
const token = (style: CSSStyleDeclaration, name: string): string => style.getPropertyValue(name).trim()

/** Colours from the page's tokens, so that a change of theme changes the terminal too. */
function theme(element: HTMLElement): ITheme {
  const style = getComputedStyle(element)
  const ink = token(style, '--t-fg'), dim = token(style, '--t-prompt')
  const colours = { red: token(style, '--red'), green: token(style, '--ns-uts'), yellow: token(style, '--ns-mnt'), blue: token(style, '--ns-net'), magenta: token(style, '--ns-time'), cyan: token(style, '--ns-ipc') }
  return {
    background: token(style, '--t-bg'), foreground: ink, cursor: ink, cursorAccent: token(style, '--t-bg'), selectionBackground: token(style, '--pencil-wash'), selectionForeground: ink,
    black: dim, white: ink, brightBlack: dim, brightWhite: ink, ...colours,
    brightRed: colours.red, brightGreen: colours.green, brightYellow: colours.yellow, brightBlue: colours.blue, brightMagenta: colours.magenta, brightCyan: colours.cyan,
  }
}

export interface ScreenOptions {
  readonly isReaderOn: boolean
  readonly label: string
  readonly onInput: (bytes: Uint8Array) => void
  readonly onResize: (rows: number, cols: number) => void
  readonly onLeave: () => void
}

export class Screen {
  readonly #terminal: Terminal
  readonly #fit: FitAddon
  readonly #element: HTMLElement
  readonly #observer: ResizeObserver
  #search: SearchAddon | undefined
  #lastEsc = -ESC_MS
  #isComplete = false

  private constructor(terminal: Terminal, fit: FitAddon, element: HTMLElement, options: ScreenOptions) {
    this.#terminal = terminal
    this.#fit = fit
    this.#element = element
    const encoder = new TextEncoder()
    terminal.onData(data => options.onInput(encoder.encode(data)))
    terminal.onBinary(data => options.onInput(Uint8Array.from(data, char => char.charCodeAt(0))))
    terminal.onResize(({ rows, cols }) => options.onResize(rows, cols))
    terminal.attachCustomKeyEventHandler(event => this.#key(event, options))
    terminal.textarea?.setAttribute('aria-label', options.label)
    this.#observer = new ResizeObserver(() => this.fit())
    this.#observer.observe(element)
    addEventListener('isolab-theme', this.#retheme)
  }

  static async open(element: HTMLElement, options: ScreenOptions): Promise<Screen> {
    const [{ Terminal }, { FitAddon }] = await Promise.all([import('@xterm/xterm'), import('@xterm/addon-fit'), document.fonts.load('13.5px "Isolab Mono"')])
    const size = matchMedia('(max-width: 720px)').matches ? 13 : 13.5
    const zoom = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16
    const terminal = new Terminal({
      fontFamily: '"Isolab Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace', fontSize: size * zoom, lineHeight: 1.2, theme: theme(element),
      cursorBlink: false, scrollback: 2000, screenReaderMode: options.isReaderOn, allowProposedApi: true, macOptionIsMeta: true,
    })
    const fit = new FitAddon()
    terminal.loadAddon(fit)
    terminal.open(element)
    fit.fit()
    return new Screen(terminal, fit, element, options)
  }

  /** What can wait until the prompt is there. */
  async #loadRest(): Promise<void> {
    const [{ Unicode11Addon }, { WebLinksAddon }] = await Promise.all([import('@xterm/addon-unicode11'), import('@xterm/addon-web-links')])
    this.#terminal.loadAddon(new Unicode11Addon())
    this.#terminal.unicode.activeVersion = '11'
    this.#terminal.loadAddon(new WebLinksAddon())
  }

  /** True: the key goes to the program. */
  #key(event: KeyboardEvent, options: ScreenOptions): boolean {
    if (event.type !== 'keydown') return true
    if (event.key !== 'Escape') {
      this.#lastEsc = -ESC_MS
      return true
    }
    const isSecond = event.timeStamp - this.#lastEsc <= ESC_MS
    this.#lastEsc = isSecond ? -ESC_MS : event.timeStamp
    if (isSecond) options.onLeave()
    return !isSecond
  }

  #retheme = (): void => {
    this.#terminal.options.theme = theme(this.#element)
  }

  get rows(): number {
    return this.#terminal.rows
  }
  get cols(): number {
    return this.#terminal.cols
  }

  write(bytes: Uint8Array, done: () => void): void {
    if (!this.#isComplete) {
      this.#isComplete = true
      setTimeout(() => void this.#loadRest(), 1000)
    }
    this.#terminal.write(bytes, done)
  }
  clear(): void {
    this.#terminal.reset()
  }
  fit(): void {
    if (this.#element.clientWidth > 0 && this.#element.clientHeight > 0) this.#fit.fit()
  }
  focus(): void {
    this.#terminal.focus()
  }

  /** Looks for the next or the previous place; false if there is none. */
  async find(text: string, isBack: boolean): Promise<boolean> {
    if (!this.#search) {
      const { SearchAddon } = await import('@xterm/addon-search')
      this.#search = new SearchAddon()
      this.#terminal.loadAddon(this.#search)
    }
    return isBack ? this.#search.findPrevious(text) : this.#search.findNext(text)
  }

  close(): void {
    removeEventListener('isolab-theme', this.#retheme)
    this.#observer.disconnect()
    this.#terminal.dispose()
  }
}
