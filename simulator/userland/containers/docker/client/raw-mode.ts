// cfmakeraw(3): every byte as it is typed, nothing echoed, nothing made of Ctrl-C.
import { ECHO, ECHONL, ICANON, ICRNL, IEXTEN, IGNCR, INLCR, ISIG, IXON, OPOST, type Termios } from '../../../../abi/termios.ts'

export const makeRaw = (t: Termios): Termios => ({
  ...t, iflag: t.iflag & ~(ICRNL | INLCR | IGNCR | IXON), oflag: t.oflag & ~OPOST, lflag: t.lflag & ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN), cc: { ...t.cc, min: 1, time: 0 },
})
