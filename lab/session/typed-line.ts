// The command line behind typed bytes, for the labels of the timeline. It follows plain typing and the simplest editing keys; after a
// key whose effect only the shell knows (Tab, arrows, history search) it admits that it doesn't know.

export class TypedLine {
  #text = ''
  #isKnown = true

  /** Takes typed characters; answers the lines ended by them, undefined for one that can't be known. */
  feed(typed: string): (string | undefined)[] {
    const lines: (string | undefined)[] = []
    for (const char of typed) {
      if (char === '\r' || char === '\n') {
        lines.push(this.#isKnown ? this.#text.trim() : undefined)
        this.#clear()
      } else if (char === '\x03') {
        lines.push('^C')
        this.#clear()
      } else if (char === '\x04' && this.#text === '') {
        lines.push('^D')
        this.#clear()
      } else if (char === '\x1a') {
        lines.push('^Z')
        this.#clear()
      } else if (char === '\x7f' || char === '\b') this.#text = this.#text.slice(0, -1)
      else if (char === '\x15') this.#text = ''
      else if (char < ' ') this.#isKnown = false
      else this.#text += char
    }
    return lines
  }

  get isEmpty(): boolean {
    return this.#text === '' && this.#isKnown
  }

  #clear(): void {
    this.#text = ''
    this.#isKnown = true
  }
}
