// Signals by name or number, as docker kill and --stop-signal take them (moby/sys/signal).
import { SIGNAL_NAMES } from '../../../abi/signal.ts'

/** `KILL`, `SIGKILL`, `9`; undefined for what is no signal. */
export function signalNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) {
    const n = Number(text)
    return n > 0 && n <= 64 ? n : undefined
  }
  const name = text.toUpperCase().replace(/^SIG/, '')
  const found = SIGNAL_NAMES.indexOf(name)
  if (found > 0) return found
  const rt = /^RTM(IN|AX)(?:([+-])(\d+))?$/.exec(name)
  if (rt === null) return undefined
  return (rt[1] === 'IN' ? 34 : 64) + (rt[2] === undefined ? 0 : Number(rt[3]) * (rt[2] === '+' ? 1 : -1))
}
