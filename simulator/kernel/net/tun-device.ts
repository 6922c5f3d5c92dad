// tun and tap devices (drivers/net/tun.c): one end is a device, the other a file descriptor of /dev/net/tun. Simpler: a descriptor makes, keeps and removes
// devices; packets can't be read from it or written to it.
import { CAP_NET_ADMIN } from '../../abi/capability.ts'
import { Errno } from '../../abi/errno.ts'
import { IFF_TAP, IFF_TUN_EXCL, TUNSETGROUP, TUNSETIFF, TUNSETOWNER, TUNSETPERSIST, type TunRequest } from '../../abi/tun.ts'
import { fromKgidMunged, fromKuidMunged, makeKgid, makeKuid } from '../cred/ids.ts'
import { nsCapable } from '../cred/ns-capable.ts'
import type { Task } from '../task.ts'
import { File } from '../vfs/file.ts'
import { createDevice, deleteDevice } from './device-register.ts'
import { carrierChanged } from './device-state.ts'
import type { NetDevice } from './net-device.ts'
import { linkChanged } from './rtnl-notify.ts'

const SHOWN_FLAGS: readonly (readonly [number, string])[] = [[0x1000, 'pi'], [0x4000, 'vnet_hdr'], [0x0100, 'multi_queue'], [0x2000, 'one_queue']]
const IFF_NO_PI = 0x1000

export class TunFile extends File {
  #device: NetDevice | undefined

  override ioctl(task: Task, request: number, arg: unknown): number {
    if (request === TUNSETIFF) return this.#attach(task, arg as TunRequest)
    const device = this.#device
    if (device === undefined) throw Errno.EBADF
    const userNs = device.ns.owner ?? task.kernel.initUserNs
    if (request === TUNSETPERSIST) device.settings.set('persist', Number(arg) !== 0)
    else if (request === TUNSETOWNER) {
      const uid = makeKuid(task.cred.userNs, Number(arg))
      if (uid === undefined) throw Errno.EINVAL
      device.settings.set('user', fromKuidMunged(userNs, uid))
    } else if (request === TUNSETGROUP) {
      const gid = makeKgid(task.cred.userNs, Number(arg))
      if (gid === undefined) throw Errno.EINVAL
      device.settings.set('group', fromKgidMunged(userNs, gid))
    } else throw Errno.EINVAL
    return 0
  }

  /** tun_set_iff: takes an existing device, or makes one. Throws EINVAL (another kind), EBUSY (already held, or asked for exclusively), EPERM. */
  #attach(task: Task, { name, flags }: TunRequest): number {
    if (this.#device !== undefined) throw Errno.EEXIST
    const { net } = task.nsproxy
    const kind = (flags & IFF_TAP) !== 0 ? 'tap' : 'tun'
    const known = name === '' ? undefined : net.find(name)
    const mayAdmin = net.owner !== undefined && nsCapable(task, net.owner, CAP_NET_ADMIN)
    if (known !== undefined) {
      if ((flags & IFF_TUN_EXCL) !== 0) throw Errno.EBUSY
      if (known.kind !== kind) throw Errno.EINVAL
      if (!mayAdmin && known.settings.get('user') !== fromKuidMunged(task.cred.userNs, task.cred.euid)) throw Errno.EPERM
      if (known.settings.get('isHeld') === true) throw Errno.EBUSY
      this.#device = known
    } else {
      if (!mayAdmin) throw Errno.EPERM
      this.#device = createDevice(net, kind, { name: name === '' ? `${kind}%d` : name })
      for (const [bit, setting] of SHOWN_FLAGS) this.#device.settings.set(setting, bit === IFF_NO_PI ? (flags & bit) === 0 : (flags & bit) !== 0)
      linkChanged(this.#device)
    }
    this.#device.settings.set('isHeld', true)
    this.#device.hasCarrier = true
    carrierChanged(this.#device)
    return 0
  }
  /** tun_detach: without `persist` the device goes with its descriptor; else it only loses its link. */
  protected override onRelease(): void {
    const device = this.#device
    if (device === undefined || device.ns.device(device.index) !== device) return
    device.settings.set('isHeld', false)
    if (device.settings.get('persist') !== true) return deleteDevice(device)
    device.hasCarrier = false
    carrierChanged(device)
  }
}
