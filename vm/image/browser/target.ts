// The machine for the page: a small 32-bit Debian in v86, shipped as a saved state. What it needs, and the order of its steps.
import { BuildError, type ImageTarget, type Missing, missingPackages } from '../target.ts'

/** Commands and files the build needs, with the Debian package that brings each. */
const NEEDS = {
  'apt-get': 'apt', 'dpkg-deb': 'dpkg', 'cpio': 'cpio', 'zstd': 'zstd', 'gcc': 'gcc', 'make': 'make',
  '/usr/share/seabios/bios.bin': 'seabios', '/usr/share/seabios/vgabios-stdvga.bin': 'seabios',
}

const KERNEL_NEEDS = {
  'flex': 'flex', 'bison': 'bison', 'bc': 'bc', 'xz': 'xz-utils', '/usr/include/libelf.h': 'libelf-dev',
}

export const browserTarget: ImageTarget = {
  name: 'browser',
  about: 'Linux for the page: kernel, Debian user space and saved state for v86',
  options: {
    '--stock-kernel': 'Debian’s own 32-bit kernel instead of compiling one: minutes quicker, some megabytes more',
  },
  missing: (options): readonly Missing[] => missingPackages(options.includes('--stock-kernel') ? NEEDS : { ...NEEDS, ...KERNEL_NEEDS }),
  build: () => Promise.reject(new BuildError('the steps of this build are still to come')),
}
