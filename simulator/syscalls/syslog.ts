// syslog(2): reading and clearing the kernel's log, and what of it the console shows. Simpler: it is read as a whole, not line by line (SYSLOG_ACTION_READ), and has no
// sizes to ask for.
import { Errno } from '../abi/errno.ts'
import {
  SYSLOG_ACTION_CLEAR, SYSLOG_ACTION_CLOSE, SYSLOG_ACTION_CONSOLE_LEVEL, SYSLOG_ACTION_CONSOLE_OFF, SYSLOG_ACTION_CONSOLE_ON, SYSLOG_ACTION_OPEN, SYSLOG_ACTION_READ_ALL, SYSLOG_ACTION_READ_CLEAR,
} from '../abi/syslog.ts'
import { checkSyslog } from '../kernel/cred/syslog-access.ts'
import type { Handlers } from './handlers.ts'

export const syslogSyscalls = {
  syslog(task, type, size) {
    checkSyslog(task, type)
    const { log } = task.kernel
    switch (type) {
      case SYSLOG_ACTION_OPEN:
      case SYSLOG_ACTION_CLOSE: return ''
      case SYSLOG_ACTION_READ_ALL: return log.text('clear')
      case SYSLOG_ACTION_READ_CLEAR: {
        const text = log.text('clear')
        log.clear()
        return text
      }
      case SYSLOG_ACTION_CLEAR:
        log.clear()
        return ''
      case SYSLOG_ACTION_CONSOLE_OFF:
        log.consoleOff()
        return ''
      case SYSLOG_ACTION_CONSOLE_ON:
        log.consoleOn()
        return ''
      case SYSLOG_ACTION_CONSOLE_LEVEL:
        if (size < 1 || size > 8) throw Errno.EINVAL
        log.setConsoleLevel(size)
        return ''
      default: throw Errno.EINVAL
    }
  },
} satisfies Partial<Handlers>
