// Ctrl-R: incremental search backwards through the history.
import type { Flow } from '../../abi/syscalls.ts'
import type { LineEditor } from './line-editor.ts'

/** Searches; answers the key that ended it if that key has a meaning of its own, else undefined. */
export function* reverseSearch(e: LineEditor, prompt: string): Flow<string | undefined> {
  const original = { text: e.text, cursor: e.cursor }
  const last = prompt.slice(prompt.lastIndexOf('\n') + 1)
  let wanted = ''
  let index = e.historyLines.length - 1
  let failed = false
  const find = (from: number): void => {
    for (let i = from; i >= 0; i--) {
      const at = e.historyLines[i].lastIndexOf(wanted)
      if (at >= 0 && wanted !== '') {
        index = i
        e.text = e.historyLines[i]
        e.cursor = at
        failed = false
        return
      }
    }
    failed = wanted !== ''
  }
  for (;;) {
    e.screen.setPrompt(`(${failed ? 'failed ' : ''}reverse-i-search)\`${wanted}': `)
    e.screen.draw(e.text, e.cursor)
    yield* e.screen.flush()
    const key = yield* e.key()
    if (key === undefined || key === '\x07') {
      e.text = original.text
      e.cursor = original.cursor
      e.screen.setPrompt(last)
      return undefined
    }
    if (key === '\x12') find(index - 1)
    else if (key === '\x7f' || key === '\b') {
      wanted = wanted.slice(0, -1)
      index = e.historyLines.length - 1
      find(index)
    } else if (key.charCodeAt(0) >= 0x20) {
      wanted += key
      find(index)
    } else {
      // isearch-terminators: Escape and Ctrl-J end the search and mean nothing else.
      e.screen.setPrompt(last)
      return key === '\n' ? undefined : key
    }
  }
}
