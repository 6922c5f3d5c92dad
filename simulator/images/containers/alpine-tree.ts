// What the image `alpine` has besides programs: directories, /etc, and where BusyBox's links are (Alpine's packages alpine-baselayout, alpine-release, busybox-binsh).
import type { ImageFile } from '../image.ts'

export const ALPINE_DIRECTORIES: readonly string[] = `
  /bin /dev /etc /etc/apk /etc/apk/keys /etc/apk/protected_paths.d /etc/conf.d /etc/crontabs /etc/init.d /etc/logrotate.d /etc/modprobe.d /etc/modules-load.d /etc/network
  /etc/network/if-down.d /etc/network/if-up.d /etc/opt /etc/periodic /etc/periodic/15min /etc/periodic/daily /etc/periodic/hourly /etc/periodic/monthly /etc/periodic/weekly
  /etc/profile.d /etc/ssl /etc/ssl/certs /etc/sysctl.d /home /lib /lib/apk /lib/apk/db /lib/firmware /lib/mdev /lib/modules-load.d /lib/sysctl.d /media /media/cdrom /media/floppy
  /media/usb /mnt /opt /proc /root /run /run/lock /sbin /srv /sys /tmp /usr /usr/bin /usr/lib /usr/local /usr/local/bin /usr/local/lib /usr/local/share /usr/sbin /usr/share /usr/share/man
  /usr/share/misc /var /var/cache /var/cache/apk /var/cache/misc /var/empty /var/lib /var/lib/apk /var/lib/misc /var/lib/udhcpd /var/local /var/log /var/mail /var/opt /var/spool
  /var/spool/cron /var/tmp
`.trim().split(/\s+/)

/** Directories with another mode or owner: path, mode, uid, gid. */
export const ALPINE_SPECIAL_DIRECTORIES: readonly (readonly [path: string, mode: number, uid: number, gid: number])[] = [
  ['/root', 0o700, 0, 0], ['/tmp', 0o1777, 0, 0], ['/var/tmp', 0o1777, 0, 0], ['/proc', 0o555, 0, 0], ['/sys', 0o555, 0, 0], ['/var/empty', 0o555, 0, 0],
]

export const ALPINE_LINKS: readonly (readonly [path: string, target: string])[] = [
  ['/lib/libc.musl-x86_64.so.1', 'ld-musl-x86_64.so.1'], ['/etc/mtab', '../proc/mounts'], ['/var/lock', '../run/lock'], ['/var/run', '../run'], ['/var/spool/mail', '/var/mail'],
  ['/etc/crontabs/cron.update', '/var/spool/cron/crontabs'], ['/var/spool/cron/crontabs', '/etc/crontabs'],
]

/** Directory of each applet's link. */
export const ALPINE_APPLETS: readonly (readonly [directory: string, names: string])[] = [
  ['/bin', `
    arch ash base64 cat chgrp chmod chown cp cttyhack date dd df dmesg dnsdomainname dumpkmap echo ed egrep false fdflush fgrep fsync getopt grep gunzip gzip hostname ionice iostat ipcalc
    kill link linux32 linux64 ln login ls lzop mkdir mknod mktemp more mount mountpoint mt mv netstat nice pidof ping ping6 printenv ps pwd rev rm rmdir run-parts sed setpriv sh sleep stat
    stty su sync tar touch true umount uname usleep watch zcat`],
  ['/sbin', `
    acpid adjtimex arp blkid blockdev depmod fdisk findfs fsck fstrim getty halt hwclock ifconfig ifdown ifup init insmod ip ipneigh klogd loadkmap logread losetup lsmod mdev mkdosfs mkswap
    modinfo modprobe nameif nologin pivot_root poweroff reboot rmmod route swapoff swapon switch_root sysctl syslogd tunctl udhcpc vconfig watchdog`],
  ['/usr/bin', `
    [ [[ awk basename bc blkdiscard bunzip2 bzcat bzip2 cal chvt clear cmp cpio crontab cut dc deallocvt diff dirname dos2unix du env expand expr factor fallocate find fold free groups head
    hexdump hostid id install killall last less logger lzcat lzma md5sum microcom mkfifo mkpasswd nc nl nproc nsenter nslookup od openvt passwd paste pgrep pkill printf readlink realpath
    renice reset resume seq setkeycodes setsid sha1sum sha256sum sha3sum sha512sum shred shuf sort split strings sum tac tail tee test time timeout top tr traceroute traceroute6 tree
    truncate tty unexpand uniq unix2dos unlink unlzma unshare unxz unzip uptime uudecode uuencode vi w wc wget which who whoami xargs xxd xzcat yes`],
  ['/usr/sbin', 'arping brctl chroot crond loadfont partprobe rdate sendmail'],
]

const PASSWD = `root:x:0:0:root:/root:/bin/ash
bin:x:1:1:bin:/bin:/sbin/nologin
daemon:x:2:2:daemon:/sbin:/sbin/nologin
adm:x:3:4:adm:/var/adm:/sbin/nologin
lp:x:4:7:lp:/var/spool/lpd:/sbin/nologin
sync:x:5:0:sync:/sbin:/bin/sync
shutdown:x:6:0:shutdown:/sbin:/sbin/shutdown
halt:x:7:0:halt:/sbin:/sbin/halt
mail:x:8:12:mail:/var/mail:/sbin/nologin
news:x:9:13:news:/usr/lib/news:/sbin/nologin
uucp:x:10:14:uucp:/var/spool/uucppublic:/sbin/nologin
operator:x:11:0:operator:/root:/sbin/nologin
man:x:13:15:man:/usr/man:/sbin/nologin
postmaster:x:14:12:postmaster:/var/mail:/sbin/nologin
cron:x:16:16:cron:/var/spool/cron:/sbin/nologin
ftp:x:21:21::/var/lib/ftp:/sbin/nologin
sshd:x:22:22:sshd:/dev/null:/sbin/nologin
at:x:25:25:at:/var/spool/cron/atjobs:/sbin/nologin
squid:x:31:31:Squid:/var/cache/squid:/sbin/nologin
xfs:x:33:33:X Font Server:/etc/X11/fs:/sbin/nologin
games:x:35:35:games:/usr/games:/sbin/nologin
cyrus:x:85:12::/usr/cyrus:/sbin/nologin
vpopmail:x:89:89::/var/vpopmail:/sbin/nologin
ntp:x:123:123:NTP:/var/empty:/sbin/nologin
smmsp:x:209:209:smmsp:/var/spool/mqueue:/sbin/nologin
guest:x:405:100:guest:/dev/null:/sbin/nologin
nobody:x:65534:65534:nobody:/:/sbin/nologin
`
const GROUP = `root:x:0:root
bin:x:1:root,bin,daemon
daemon:x:2:root,bin,daemon
sys:x:3:root,bin,adm
adm:x:4:root,adm,daemon
tty:x:5:
disk:x:6:root,adm
lp:x:7:lp
mem:x:8:
kmem:x:9:
wheel:x:10:root
floppy:x:11:root
mail:x:12:mail
news:x:13:news
uucp:x:14:uucp
man:x:15:man
cron:x:16:cron
console:x:17:
audio:x:18:
cdrom:x:19:
dialout:x:20:root
ftp:x:21:
sshd:x:22:
input:x:23:
at:x:25:at
tape:x:26:root
video:x:27:root
netdev:x:28:
readproc:x:30:
squid:x:31:squid
xfs:x:33:xfs
kvm:x:34:kvm
games:x:35:
shadow:x:42:
cdrw:x:80:
www-data:x:82:
usb:x:85:
vpopmail:x:89:
users:x:100:games
ntp:x:123:
nofiles:x:200:
smmsp:x:209:smmsp
locate:x:245:
abuild:x:300:
utmp:x:406:
ping:x:999:
nogroup:x:65533:
nobody:x:65534:
`
const PROFILE = `export PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
export PAGER=less
umask 022

for script in /etc/profile.d/*.sh ; do
        if [ -r "$script" ] ; then
                . "$script"
        fi
done
unset script
`
const RELEASE = '3.17.10'

export const ALPINE_FILES: readonly ImageFile[] = [
  { path: '/etc/alpine-release', content: `${RELEASE}\n` },
  { path: '/etc/os-release', content: `NAME="Alpine Linux"\nID=alpine\nVERSION_ID=${RELEASE}\nPRETTY_NAME="Alpine Linux v3.17"\nHOME_URL="https://alpinelinux.org/"\nBUG_REPORT_URL="https://gitlab.alpinelinux.org/alpine/aports/-/issues"\n` },
  { path: '/etc/issue', content: 'Welcome to Alpine Linux 3.17\nKernel \\r on an \\m (\\l)\n\n' },
  { path: '/etc/motd', content: 'Welcome to Alpine!\n\n' },
  { path: '/etc/hostname', content: 'localhost\n' },
  { path: '/etc/hosts', content: '127.0.0.1\tlocalhost localhost.localdomain\n::1\t\tlocalhost localhost.localdomain\n' },
  { path: '/etc/passwd', content: PASSWD },
  { path: '/etc/group', content: GROUP },
  { path: '/etc/shadow', content: PASSWD.replace(/^([^:]+):.*$/gm, (_, name: string) => (name === 'root' ? 'root:*::0:::::' : `${name}:!::0:::::`)), mode: 0o640, gid: 42 },
  { path: '/etc/shells', content: '# valid login shells\n/bin/sh\n/bin/ash\n' },
  { path: '/etc/profile', content: PROFILE },
  { path: '/etc/apk/arch', content: 'x86_64\n' },
  { path: '/etc/apk/repositories', content: 'https://dl-cdn.alpinelinux.org/alpine/v3.17/main\nhttps://dl-cdn.alpinelinux.org/alpine/v3.17/community\n' },
  { path: '/etc/apk/world', content: 'alpine-baselayout\nalpine-keys\napk-tools\nbusybox\nlibc-utils\n' },
  { path: '/etc/fstab', content: '/dev/cdrom\t/media/cdrom\tiso9660\tnoauto,ro 0 0\n/dev/usbdisk\t/media/usb\tvfat\tnoauto,ro 0 0\n' },
]
