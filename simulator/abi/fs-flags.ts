// Inode attribute flags of chattr(1) and their ioctls (include/uapi/linux/fs.h), and file system magic numbers of statfs(2).
export const FS_IOC_GETFLAGS = 0x80086601, FS_IOC_SETFLAGS = 0x40086602
export const FS_IMMUTABLE_FL = 0x10, FS_APPEND_FL = 0x20, FS_NODUMP_FL = 0x40, FS_NOATIME_FL = 0x80, FS_EXTENT_FL = 0x80000

export const TMPFS_MAGIC = 0x01021994, EXT4_SUPER_MAGIC = 0xef53, NSFS_MAGIC = 0x6e736673, PIPEFS_MAGIC = 0x50495045, OVERLAYFS_SUPER_MAGIC = 0x794c7630
export const RAMFS_MAGIC = 0x858458f6, ANON_INODE_FS_MAGIC = 0x09041934
