// What a learner has set for themselves, kept across lessons.
import * as saves from './saves.ts'

class Settings {
  /** Single number keys jump between the panes. */
  hasPaneKeys = $state(saves.read('setting', 'pane keys') !== 'off')
  /** The terminal's text is told to screen readers. */
  isReaderOn = $state(saves.read('setting', 'reader') === 'on')
  /** A dark terminal also on the light sheet. */
  isTerminalDark = $state(saves.read('setting', 'dark terminal') === 'on')

  setPaneKeys(on: boolean): void {
    this.hasPaneKeys = on
    saves.write('setting', 'pane keys', on ? 'on' : 'off')
  }
  setReader(on: boolean): void {
    this.isReaderOn = on
    saves.write('setting', 'reader', on ? 'on' : 'off')
  }
  setTerminalDark(on: boolean): void {
    this.isTerminalDark = on
    saves.write('setting', 'dark terminal', on ? 'on' : 'off')
  }
}

export const settings = new Settings()
