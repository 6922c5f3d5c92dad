// runc features: what this build can do, as JSON.
import { CAP_NAMES } from '../../../abi/capability.ts'
import { KNOWN_MOUNT_OPTIONS } from './mount-options.ts'

export function features(): unknown {
  return {
    ociVersionMin: '1.0.0', ociVersionMax: '1.0.2-dev',
    hooks: ['prestart', 'createRuntime', 'createContainer', 'startContainer', 'poststart', 'poststop'],
    mountOptions: KNOWN_MOUNT_OPTIONS,
    linux: {
      namespaces: ['cgroup', 'ipc', 'mount', 'network', 'pid', 'user', 'uts'],
      capabilities: CAP_NAMES.map((name) => name.toUpperCase()),
      cgroup: { v1: true, v2: true, systemd: true, systemdUser: true },
      seccomp: {
        enabled: true,
        actions: ['SCMP_ACT_ALLOW', 'SCMP_ACT_ERRNO', 'SCMP_ACT_KILL', 'SCMP_ACT_KILL_PROCESS', 'SCMP_ACT_KILL_THREAD', 'SCMP_ACT_LOG', 'SCMP_ACT_NOTIFY', 'SCMP_ACT_TRACE', 'SCMP_ACT_TRAP'],
        operators: ['EQ', 'GE', 'GT', 'LE', 'LT', 'MASKED_EQ', 'NE'].map((op) => `SCMP_CMP_${op}`),
      },
      apparmor: { enabled: true },
      selinux: { enabled: true },
    },
    annotations: {
      'io.github.seccomp.libseccomp.version': '2.5.4', 'org.opencontainers.runc.checkpoint.enabled': 'true', 'org.opencontainers.runc.commit': '1.1.5+ds1-1+deb12u1',
      'org.opencontainers.runc.version': '1.1.5+ds1',
    },
  }
}
