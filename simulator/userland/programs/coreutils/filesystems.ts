// Names of file system types by the magic number of statfs(2), as stat -f prints them.

const NAMES = new Map([
  [0xef53, 'ext2/ext3'], [0x01021994, 'tmpfs'], [0x858458f6, 'ramfs'], [0x9fa0, 'proc'], [0x62656572, 'sysfs'], [0x1cd1, 'devpts'],
  [0x63677270, 'cgroup2fs'], [0x27e0eb, 'cgroupfs'], [0x19800202, 'mqueue'], [0x6e736673, 'nsfs'], [0x794c7630, 'overlayfs'], [0x50495045, 'pipefs'],
  [0x534f434b, 'sockfs'], [0x73636673, 'securityfs'], [0x73717368, 'squashfs'], [0x64626720, 'debugfs'], [0x74726163, 'tracefs'],
  [0xcafe4a11, 'bpf_fs'], [0x9123683e, 'btrfs'], [0x58465342, 'xfs'], [0x65735546, 'fuseblk'],
])

export const fileSystemName = (magic: number): string => NAMES.get(magic) ?? `UNKNOWN (0x${magic.toString(16)})`
