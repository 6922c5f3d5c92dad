// File types, mode bits and the result of stat(2)/statx(2), statfs(2). See inode(7).
export const S_IFMT = 0o170000, S_IFSOCK = 0o140000, S_IFLNK = 0o120000, S_IFREG = 0o100000, S_IFBLK = 0o060000
export const S_IFDIR = 0o040000, S_IFCHR = 0o020000, S_IFIFO = 0o010000
export const S_ISUID = 0o4000, S_ISGID = 0o2000, S_ISVTX = 0o1000

export const isDir = (mode: number): boolean => (mode & S_IFMT) === S_IFDIR
export const isReg = (mode: number): boolean => (mode & S_IFMT) === S_IFREG
export const isLnk = (mode: number): boolean => (mode & S_IFMT) === S_IFLNK
export const isChr = (mode: number): boolean => (mode & S_IFMT) === S_IFCHR
export const isBlk = (mode: number): boolean => (mode & S_IFMT) === S_IFBLK
export const isFifo = (mode: number): boolean => (mode & S_IFMT) === S_IFIFO
export const isSock = (mode: number): boolean => (mode & S_IFMT) === S_IFSOCK

/** Device number as in makedev(3). */
export const makedev = (major: number, minor: number): number => major * 2 ** 20 + minor
export const major = (dev: number): number => Math.floor(dev / 2 ** 20)
export const minor = (dev: number): number => dev % 2 ** 20

/** What stat(2) and statx(2) return. Ids are in the caller's user namespace. Times are milliseconds since 1970 (fractions allowed). */
export interface Stat {
  readonly dev: number
  readonly ino: number
  readonly mode: number
  readonly nlink: number
  readonly uid: number
  readonly gid: number
  readonly rdev: number
  readonly size: number
  readonly blksize: number
  /** 512-byte units */
  readonly blocks: number
  readonly atime: number
  readonly mtime: number
  readonly ctime: number
  readonly btime: number
  /** mount id, statx's stx_mnt_id */
  readonly mntId: number
}

/** What statfs(2) returns; sizes in units of `bsize` bytes. */
export interface Statfs {
  readonly type: number
  readonly bsize: number
  readonly blocks: number
  readonly bfree: number
  readonly bavail: number
  readonly files: number
  readonly ffree: number
  readonly namelen: number
  readonly flags: number
}

/** One entry of getdents64(2). `type` is the S_IF… part of the mode shifted right by 12 (DT_…). */
export interface Dirent {
  readonly ino: number
  readonly name: string
  readonly type: number
}
export const DT_FIFO = 1, DT_CHR = 2, DT_DIR = 4, DT_BLK = 6, DT_REG = 8, DT_LNK = 10, DT_SOCK = 12
