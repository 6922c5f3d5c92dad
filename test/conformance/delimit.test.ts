import { expect, test } from 'vitest'
import { isPrompt } from './delimit.ts'

test.each([
  ['a\r\nroot@host:~# ', true],
  ['learner@host:/tmp$ ', true],
  ['> ', true],
  ['\r\n/ # \x1b[6n\r/ # \x1b[J', true],
  ['root@host:~# ls', false],
  ['# \r\nmore', false],
])('%j ends in a prompt: %s', (text, is) => {
  expect(isPrompt(text)).toBe(is)
})
