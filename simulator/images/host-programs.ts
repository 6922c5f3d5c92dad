// The names in /usr/bin and /usr/sbin of the Debian 12 host. Programs that no package of the simulator brings are installed all the same:
// they say that they are real, but not simulated here.

/** Executable files of /usr/bin, separated by white space. */
export const BIN_FILES = `
  [ aa-enabled aa-exec aa-features-abi addpart apt apt-cache apt-cdrom apt-config apt-get apt-key apt-mark arch attr b2sum base32 base64 basename
  basenc bash bashbug busybox bwrap c89-gcc c99-gcc cat catman chacl chage chattr chcon chfn chgrp chmod choom chown chrt chsh cksum clear
  clear_console cmp col colcrt colrm column comm containerd containerd-shim containerd-shim-runc-v1 containerd-shim-runc-v2 cp cpio csplit ctr curl
  cut cvtsudoers dash date dd deb-systemd-helper deb-systemd-invoke debconf debconf-apt-progress debconf-communicate debconf-copydb debconf-escape
  debconf-set-selections debconf-show delpart delv df dh_bash-completion diff diff3 dig dir dircolors dirname dmesg dnet dnstap-read docker dpkg
  dpkg-deb dpkg-divert dpkg-maintscript-helper dpkg-query dpkg-realpath dpkg-split dpkg-statoverride dpkg-trigger du echo egrep env eqn expand expiry
  expr factor faillog fallocate false fgrep filan file fincore find findmnt flock fmt fold free fuser gencat getconf getent getfacl getfattr getopt
  getsubids gpasswd gpgv grep groff grog grops grotty groups gunzip gzexe gzip hardlink head helpztags hexdump host hostid hostname iconv id infocmp
  install ionice ip ipcmk ipcrm ipcs ischroot join jq kill killall kmod last lastlog ldd less lessecho lesskey lesspipe lexgrog lft.db link
  linux-check-removal linux-run-hooks linux-update-symlinks linux-version ln lnstat locale localedef logger login logname look ls lsattr lsblk lscpu
  lsfd lsinitramfs lsipc lsirq lslocks lslogins lsmem lsns lsof man man-recode mandb manpath mawk mcookie md5sum mdig mesg mkdir mkfifo mknod mktemp
  more mount mountpoint mt-gnu mv namei nc.openbsd neqn newgidmap newgrp newuidmap nice nl nohup nproc nroff nsenter nslookup nstat nsupdate numfmt
  od partx passwd paste pathchk peekfd perl perl5.36.0 pgrep pic pidwait ping pinky pldd pmap pr preconv printenv printf prlimit procan prtstat ps
  pslog pstree ptx pwd pwdx py3clean py3compile pydoc3.11 pygettext3.11 python3.11 rdma readlink realpath rename.ul renice resizepart rev rgrep rm
  rmdir routel rpcgen run-parts runcon savelog script scriptlive scriptreplay sdiff sed seq setarch setfacl setfattr setpriv setsid setterm sha1sum
  sha224sum sha256sum sha384sum sha512sum shred shuf skill slabtop sleep socat soelim sort split ss stat stdbuf strace strace-log-merge stty su sudo
  sudoreplay sum sync systemd-hwdb tabs tac tail tar taskset tbl tcpdump tee tempfile test tic timeout tini tini-static tload toe top touch tput tr
  traceproto.db traceroute-nanog traceroute.db tree troff true truncate tset tsort tty tzselect uclampset udevadm ul umount uname uncompress unexpand
  uniq unlink unmkinitramfs unshare update-alternatives uptime users utmpdump uuidgen uuidparse vdir vim.tiny vmstat w wall watch wc wdctl whatis
  whereis which.debianutils who whoami write x86_64-linux-gnu-addr2line x86_64-linux-gnu-ar x86_64-linux-gnu-as x86_64-linux-gnu-c++filt
  x86_64-linux-gnu-cpp-12 x86_64-linux-gnu-dwp x86_64-linux-gnu-elfedit x86_64-linux-gnu-gcc-12 x86_64-linux-gnu-gcc-ar-12 x86_64-linux-gnu-gcc-nm-12
  x86_64-linux-gnu-gcc-ranlib-12 x86_64-linux-gnu-gcov-12 x86_64-linux-gnu-gcov-dump-12 x86_64-linux-gnu-gcov-tool-12 x86_64-linux-gnu-gp-archive
  x86_64-linux-gnu-gp-collect-app x86_64-linux-gnu-gp-display-html x86_64-linux-gnu-gp-display-src x86_64-linux-gnu-gp-display-text
  x86_64-linux-gnu-gprof x86_64-linux-gnu-gprofng x86_64-linux-gnu-ld.bfd x86_64-linux-gnu-ld.gold x86_64-linux-gnu-lto-dump-12 x86_64-linux-gnu-nm
  x86_64-linux-gnu-objcopy x86_64-linux-gnu-objdump x86_64-linux-gnu-ranlib x86_64-linux-gnu-readelf x86_64-linux-gnu-size x86_64-linux-gnu-strings
  x86_64-linux-gnu-strip xargs xxd yes zcat zcmp zdiff zdump zegrep zfgrep zforce zgrep zless zmore znew
`

/** Symbolic links of /usr/bin as name=target. */
export const BIN_LINKS = `
  addr2line=x86_64-linux-gnu-addr2line apropos=whatis ar=x86_64-linux-gnu-ar as=x86_64-linux-gnu-as awk=/etc/alternatives/awk
  c++filt=x86_64-linux-gnu-c++filt c89=/etc/alternatives/c89 c99=/etc/alternatives/c99 captoinfo=tic cc=/etc/alternatives/cc cpp=cpp-12
  cpp-12=x86_64-linux-gnu-cpp-12 ctstat=lnstat dnsdomainname=hostname docker-init=tini-static domainname=hostname dwp=x86_64-linux-gnu-dwp
  editor=/etc/alternatives/editor elfedit=x86_64-linux-gnu-elfedit ex=/etc/alternatives/ex gcc=gcc-12 gcc-12=x86_64-linux-gnu-gcc-12 gcc-ar=gcc-ar-12
  gcc-ar-12=x86_64-linux-gnu-gcc-ar-12 gcc-nm=gcc-nm-12 gcc-nm-12=x86_64-linux-gnu-gcc-nm-12 gcc-ranlib=gcc-ranlib-12
  gcc-ranlib-12=x86_64-linux-gnu-gcc-ranlib-12 gcov=gcov-12 gcov-12=x86_64-linux-gnu-gcov-12 gcov-dump=gcov-dump-12
  gcov-dump-12=x86_64-linux-gnu-gcov-dump-12 gcov-tool=gcov-tool-12 gcov-tool-12=x86_64-linux-gnu-gcov-tool-12 geqn=eqn gold=x86_64-linux-gnu-gold
  gp-archive=x86_64-linux-gnu-gp-archive gp-collect-app=x86_64-linux-gnu-gp-collect-app gp-display-html=x86_64-linux-gnu-gp-display-html
  gp-display-src=x86_64-linux-gnu-gp-display-src gp-display-text=x86_64-linux-gnu-gp-display-text gpic=pic gprof=x86_64-linux-gnu-gprof
  gprofng=x86_64-linux-gnu-gprofng gtbl=tbl hd=hexdump i386=setarch infotocap=tic iptables-xml=../sbin/xtables-legacy-multi lastb=last
  ld=x86_64-linux-gnu-ld ld.bfd=x86_64-linux-gnu-ld.bfd ld.gold=x86_64-linux-gnu-ld.gold ld.so=/lib64/ld-linux-x86-64.so.2 lessfile=lesspipe
  lft=/etc/alternatives/lft linux32=setarch linux64=setarch lsmod=kmod lto-dump=lto-dump-12 lto-dump-12=x86_64-linux-gnu-lto-dump-12
  md5sum.textutils=md5sum mt=/etc/alternatives/mt nawk=/etc/alternatives/nawk nc=/etc/alternatives/nc netcat=/etc/alternatives/netcat
  nisdomainname=hostname nm=x86_64-linux-gnu-nm objcopy=x86_64-linux-gnu-objcopy objdump=x86_64-linux-gnu-objdump pager=/etc/alternatives/pager
  pdb3=pdb3.11 pdb3.11=../lib/python3.11/pdb.py pidof=/sbin/killall5 ping4=ping ping6=ping pkill=pgrep pstree.x11=pstree
  py3versions=../share/python3/py3versions.py pydoc3=pydoc3.11 pygettext3=pygettext3.11 python3=python3.11 ranlib=x86_64-linux-gnu-ranlib rbash=bash
  readelf=x86_64-linux-gnu-readelf reset=tset rtstat=lnstat runc=../sbin/runc rview=/etc/alternatives/rview sg=newgrp sh=dash
  size=x86_64-linux-gnu-size snice=skill strings=x86_64-linux-gnu-strings strip=x86_64-linux-gnu-strip sudoedit=sudo
  traceproto=/etc/alternatives/traceproto traceroute=/etc/alternatives/traceroute traceroute6=/etc/alternatives/traceroute6
  traceroute6.db=traceroute.db vi=/etc/alternatives/vi view=/etc/alternatives/view which=/etc/alternatives/which x86_64=setarch
  x86_64-linux-gnu-cpp=cpp-12 x86_64-linux-gnu-gcc=gcc-12 x86_64-linux-gnu-gcc-ar=gcc-ar-12 x86_64-linux-gnu-gcc-nm=gcc-nm-12
  x86_64-linux-gnu-gcc-ranlib=gcc-ranlib-12 x86_64-linux-gnu-gcov=gcov-12 x86_64-linux-gnu-gcov-dump=gcov-dump-12
  x86_64-linux-gnu-gcov-tool=gcov-tool-12 x86_64-linux-gnu-gold=x86_64-linux-gnu-ld.gold x86_64-linux-gnu-ld=x86_64-linux-gnu-ld.bfd
  x86_64-linux-gnu-lto-dump=lto-dump-12 ypdomainname=hostname
`

/** Executable files of /usr/sbin, separated by white space. */
export const SBIN_FILES = `
  aa-remove-unknown aa-status aa-teardown accessdb add-shell adduser agetty apparmor_parser arpd badblocks blkdeactivate blkdiscard blkid blkzone
  blockdev brctl bridge capsh chcpu chgpasswd chmem chpasswd chroot conntrack cppw ctrlaltdel dcb debugfs deluser devlink dmsetup docker-proxy
  dockerd dpkg-fsys-usrunmess dpkg-preconfigure dpkg-reconfigure dumpe2fs e2freefrag e2fsck e2image e2scrub e2scrub_all e2undo e4crypt e4defrag
  ethtool faillock filefrag findfs fsck fsck.cramfs fsck.minix fsfreeze fstab-decode fstrim genl getcap getpcaps groupadd groupdel groupmems groupmod
  grpck grpconv grpunconv hwclock iconvconfig installkernel invoke-rc.d iptables-apply isosize killall5 ldattach ldconfig logsave losetup mke2fs mkfs
  mkfs.bfs mkfs.cramfs mkfs.minix mkhomedir_helper mkinitramfs mklost+found mkswap newusers nfnl_osf nft nginx nologin ovrouter pam-auth-update
  pam_getenv pam_namespace_helper pam_timestamp_check pivot_root pwck pwconv pwhistory_helper pwunconv readprofile remove-shell resize2fs rmt-tar
  rtacct rtcwake rtmon runc runuser service setcap shadowconfig start-stop-daemon sudo_logsrvd sudo_sendlog sulogin swaplabel swapoff swapon
  switch_root sysctl tarcat tc tcptraceroute.db tipc tune2fs unix_chkpwd unix_update update-initramfs update-passwd update-rc.d update-shells useradd
  userdel usermod uuidd vdpa vipw visudo wipefs xtables-legacy-multi xtables-nft-multi zic zramctl
`

/** Symbolic links of /usr/sbin as name=target. */
export const SBIN_LINKS = `
  addgroup=adduser apparmor_status=aa-status arptables=/etc/alternatives/arptables arptables-nft=xtables-nft-multi
  arptables-nft-restore=xtables-nft-multi arptables-nft-save=xtables-nft-multi arptables-restore=/etc/alternatives/arptables-restore
  arptables-save=/etc/alternatives/arptables-save cpgr=cppw delgroup=deluser depmod=/bin/kmod dmstats=dmsetup e2label=tune2fs e2mmpstatus=dumpe2fs
  ebtables=/etc/alternatives/ebtables ebtables-nft=xtables-nft-multi ebtables-nft-restore=xtables-nft-multi ebtables-nft-save=xtables-nft-multi
  ebtables-restore=/etc/alternatives/ebtables-restore ebtables-save=/etc/alternatives/ebtables-save ebtables-translate=xtables-nft-multi
  fsck.ext2=e2fsck fsck.ext3=e2fsck fsck.ext4=e2fsck getty=agetty insmod=/bin/kmod ip=/bin/ip ip6tables=/etc/alternatives/ip6tables
  ip6tables-apply=iptables-apply ip6tables-legacy=xtables-legacy-multi ip6tables-legacy-restore=xtables-legacy-multi
  ip6tables-legacy-save=xtables-legacy-multi ip6tables-nft=xtables-nft-multi ip6tables-nft-restore=xtables-nft-multi
  ip6tables-nft-save=xtables-nft-multi ip6tables-restore=/etc/alternatives/ip6tables-restore ip6tables-restore-translate=xtables-nft-multi
  ip6tables-save=/etc/alternatives/ip6tables-save ip6tables-translate=xtables-nft-multi iptables=/etc/alternatives/iptables
  iptables-legacy=xtables-legacy-multi iptables-legacy-restore=xtables-legacy-multi iptables-legacy-save=xtables-legacy-multi
  iptables-nft=xtables-nft-multi iptables-nft-restore=xtables-nft-multi iptables-nft-save=xtables-nft-multi
  iptables-restore=/etc/alternatives/iptables-restore iptables-restore-translate=xtables-nft-multi iptables-save=/etc/alternatives/iptables-save
  iptables-translate=xtables-nft-multi lsmod=/bin/kmod mkfs.ext2=mke2fs mkfs.ext3=mke2fs mkfs.ext4=mke2fs modinfo=/bin/kmod modprobe=/bin/kmod
  rmmod=/bin/kmod rmt=/etc/alternatives/rmt tcptraceroute=/etc/alternatives/tcptraceroute traceroute=/etc/alternatives/traceroute.sbin vigr=vipw
  xtables-monitor=xtables-nft-multi
`

/** Files with another mode than 755 or another group than root: path, mode, gid. */
export const SPECIAL_PROGRAMS: readonly (readonly [path: string, mode: number, gid: number])[] = [
  ['/usr/bin/chage', 0o2755, 42],
  ['/usr/bin/chfn', 0o4755, 0],
  ['/usr/bin/chsh', 0o4755, 0],
  ['/usr/bin/expiry', 0o2755, 42],
  ['/usr/bin/gpasswd', 0o4755, 0],
  ['/usr/bin/mount', 0o4755, 0],
  ['/usr/bin/newgidmap', 0o4755, 0],
  ['/usr/bin/newgrp', 0o4755, 0],
  ['/usr/bin/newuidmap', 0o4755, 0],
  ['/usr/bin/passwd', 0o4755, 0],
  ['/usr/bin/su', 0o4755, 0],
  ['/usr/bin/sudo', 0o4755, 0],
  ['/usr/bin/umount', 0o4755, 0],
  ['/usr/sbin/unix_chkpwd', 0o2755, 42],
]
