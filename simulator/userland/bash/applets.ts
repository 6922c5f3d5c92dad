// What BusyBox's shell knows of BusyBox: the busybox package fills it in. Nothing is imported here, so that it may come before or after the shell.
import type { Program } from '../../abi/syscalls.ts'

/** BusyBox applets that its shell runs without a link; filled in by the busybox package. */
export const APPLETS = new Set<string>()
/** Those of them that have code. */
export const RUNNABLE_APPLETS = new Set<string>()
/** Those that the shell starts anew through /proc/self/exe all the same: they may run for long, or need a process of their own. */
export const EXECUTED_APPLETS = new Set<string>()
/** The BusyBox binary's program: runs the applet that argv[0] names. */
export const applets: { program: Program | undefined } = { program: undefined }
