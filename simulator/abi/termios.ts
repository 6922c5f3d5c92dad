// Terminal attributes and tty ioctls: termios(3), ioctl_tty(2). Only the flags the line discipline acts on have names here.
export const TCGETS = 0x5401, TCSETS = 0x5402, TCSETSW = 0x5403, TCSETSF = 0x5404, TCSBRK = 0x5409, TCFLSH = 0x540b, TIOCSCTTY = 0x540e, TIOCGPGRP = 0x540f, TIOCSPGRP = 0x5410
export const TIOCGWINSZ = 0x5413, TIOCSWINSZ = 0x5414, FIONREAD = 0x541b, TIOCNOTTY = 0x5422, TIOCGSID = 0x5429, TIOCGPTN = 0x80045430, TIOCSPTLCK = 0x40045431, TIOCGPTPEER = 0x5441

export const IGNCR = 0o200, ICRNL = 0o400, INLCR = 0o100, IXON = 0o2000, IUTF8 = 0o40000
export const OPOST = 0o1, ONLCR = 0o4
export const ISIG = 0o1, ICANON = 0o2, ECHO = 0o10, ECHOE = 0o20, ECHOK = 0o40, ECHONL = 0o100, NOFLSH = 0o200, TOSTOP = 0o400, ECHOCTL = 0o1000, ECHOKE = 0o4000, IEXTEN = 0o100000

/** Control characters by name; 0 switches one off. */
export interface ControlChars {
  readonly intr: number
  readonly quit: number
  readonly erase: number
  readonly kill: number
  readonly eof: number
  readonly start: number
  readonly stop: number
  readonly susp: number
  readonly reprint: number
  readonly werase: number
  readonly lnext: number
  readonly eol: number
  readonly min: number
  readonly time: number
}
export interface Termios {
  readonly iflag: number
  readonly oflag: number
  readonly cflag: number
  readonly lflag: number
  readonly cc: ControlChars
  readonly speed: number
}
export const DEFAULT_TERMIOS: Termios = {
  iflag: ICRNL | IXON, oflag: OPOST | ONLCR, cflag: 0o277, lflag: ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN, speed: 38400,
  cc: { intr: 3, quit: 28, erase: 127, kill: 21, eof: 4, start: 17, stop: 19, susp: 26, reprint: 18, werase: 23, lnext: 22, eol: 0, min: 1, time: 0 },
}
export interface Winsize { readonly rows: number; readonly cols: number }

/** nsfs ioctls, ioctl_ns(2). */
export const NS_GET_USERNS = 0xb701, NS_GET_PARENT = 0xb702, NS_GET_NSTYPE = 0xb703, NS_GET_OWNER_UID = 0xb704
