// Prompt strings: the escapes of PS1 and PS2 (PROMPTING in bash(1)), then parameter expansion. Host and user names are those of the shell's start.
import type { Flow } from '../../abi/syscalls.ts'
import type { Shell } from './state.ts'
import { expandQuoted } from './expansion.ts'
import { parseText } from './syntax.ts'
import { tildeDirectory } from './job-table.ts'
import { refreshClock } from './expansion-parameter.ts'
import { strftime } from './strftime.ts'

/** Expands a prompt. \[ and \] become \x01 and \x02, which the line editor doesn't count. */
export function* expandPrompt(sh: Shell, text: string): Flow<string> {
  if (!text.includes('\\') && !/[$`]/.test(text)) return text
  if (/\\[tTAd@D]/.test(text)) yield* refreshClock(sh)
  const decoded = text.includes('\\') ? decode(sh, text) : text
  if (!/[$`]/.test(decoded) || !sh.shopts.get('promptvars')) return decoded.replaceAll('\\\\', '\\')
  const status = sh.status
  const out = yield* expandQuoted(sh, parseText(decoded))
  sh.status = status
  return out
}

function decode(sh: Shell, text: string): string {
  const home = sh.vars.get('HOME')
  return text.replace(/\\(D\{([^}]*)\}|[0-7]{3}|[\s\S])/g, (whole, e: string, format: string | undefined) => {
    if (format !== undefined) return strftime(format === '' ? '%X' : format, sh.now)
    if (/^[0-7]{3}$/.test(e)) return String.fromCharCode(Number.parseInt(e, 8))
    switch (e) {
      case 'a': return '\x07'
      case 'e': return '\x1b'
      case 'n': return '\n'
      case 'r': return '\r'
      case 'd': return strftime('%a %b %d', sh.now)
      case 't': return strftime('%H:%M:%S', sh.now)
      case 'T': return strftime('%I:%M:%S', sh.now)
      case '@': return strftime('%I:%M %p', sh.now)
      case 'A': return strftime('%H:%M', sh.now)
      case 'h': return guard(sh.hostname.split('.')[0])
      case 'H': return guard(sh.hostname)
      case 'u': return guard(sh.userName)
      case 's': return sh.arg0.replace(/^.*\//, '').replace(/^-/, '')
      case 'v': return '5.2'
      case 'V': return '5.2.15'
      case 'w': return guard(trimDirectory(tildeDirectory(sh.cwd, home), sh.vars.get('PROMPT_DIRTRIM') ?? ''))
      case 'W': return guard(sh.cwd === home ? '~' : sh.cwd === '/' ? '/' : sh.cwd.slice(sh.cwd.lastIndexOf('/') + 1))
      case 'j': return String(sh.jobs.jobs.length)
      case 'l': return 'tty'
      case '!': return String(sh.historyBase + sh.historyList.length)
      case '#': return String(sh.commandNumber)
      case '$': return sh.effectiveUid === 0 ? '#' : '\\$'
      case '[': return '\x01'
      case ']': return '\x02'
      case '\\': return '\\\\'
      default: return whole
    }
  })
}

/** trim_pathname: with PROMPT_DIRTRIM only the last directories, `...` for the others. */
function trimDirectory(path: string, setting: string): string {
  const keep = /^\s*\+?\d+\s*$/.test(setting) ? Number(setting) : 0
  const start = path.startsWith('~') ? path.indexOf('/') + 1 || path.length : 0
  if (keep <= 0 || path.slice(start).split('/').length - 1 < keep) return path
  let tail = path.length
  for (let n = 0; n < keep && tail > start; n++) tail = path.lastIndexOf('/', tail - 1)
  return tail - start <= 3 ? path : `${path.slice(0, start)}...${path.slice(tail)}`
}

/** Keeps $ ` \ in a name from being expanded afterwards. */
const guard = (text: string): string => text.replace(/[$`\\]/g, '\\$&')
