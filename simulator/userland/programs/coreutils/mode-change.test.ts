import { describe, expect, it } from 'vitest'
import { applyMode, parseMode } from './mode-change.ts'

const change = (old: number, text: string, isDirectory = false, umask = 0o022): number | undefined => {
  const changes = parseMode(text)
  return changes === undefined ? undefined : applyMode(old, isDirectory, umask, changes)
}

describe('modes as chmod takes them', () => {
  it('octal sets all, but a directory keeps setgid unless it is mentioned', () => {
    expect(change(0o4755, '644')).toBe(0o644)
    expect(change(0o2755, '755', true)).toBe(0o2755)
    expect(change(0o2755, '00755', true)).toBe(0o755)
  })
  it('symbolic clauses act one after the other', () => {
    expect(change(0o644, 'u=rwx,g=u,o=')).toBe(0o770)
    expect(change(0o600, 'a+X')).toBe(0o600)
    expect(change(0o700, 'a+X')).toBe(0o711)
    expect(change(0o755, 'go-x+w')).toBe(0o766)
  })
  it('without a user the umask holds back', () => {
    expect(change(0o600, '+w')).toBe(0o600)
    expect(change(0o600, '+r')).toBe(0o644)
  })
  it('refuses what is no mode', () => {
    for (const text of ['9', '77777', 'u+q', 'x', '', 'u']) expect(parseMode(text)).toBeUndefined()
  })
})
