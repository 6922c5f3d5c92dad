import { expect, test } from 'vitest'
import { CAP_CHOWN, CAP_FULL, CAP_KILL, CAP_NET_RAW, capBit } from '../../../abi/capability.ts'
import { capFromText, capToText, EMPTY_CAPS, iabFromText, iabToText } from './cap-text.ts'

const roundTrip = (text: string): string => {
  const caps = capFromText(text)
  return caps === undefined ? 'bad' : capToText(caps)
}

test('everything and nothing', () => {
  expect(capToText(EMPTY_CAPS)).toBe('=')
  expect(capToText({ effective: CAP_FULL, permitted: CAP_FULL, inheritable: 0n })).toBe('=ep')
})

test('a few capabilities stand before the equals sign', () => {
  expect(roundTrip('cap_net_raw,cap_chown+ep')).toBe('cap_chown,cap_net_raw=ep')
  expect(roundTrip('cap_chown=i cap_kill+p')).toBe('cap_chown=i cap_kill+p')
})

test('exceptions from the rest', () => {
  expect(roundTrip('all=p cap_chown+e')).toBe('=p cap_chown+e')
  expect(roundTrip('=ep cap_kill+i cap_chown-ep')).toBe('=ep cap_kill+i cap_chown-ep')
})

test('nonsense is refused', () => {
  expect(['cap_foo=p', 'cap_chown', '+ep', 'cap_chown+x', 'cap_chown+'].map(roundTrip)).toEqual(['bad', 'bad', 'bad', 'bad', 'bad'])
})

test('IAB vectors', () => {
  const bounding = CAP_FULL & ~capBit(CAP_CHOWN)
  expect(iabToText({ bounding, ambient: capBit(CAP_KILL), inheritable: capBit(CAP_KILL) | capBit(CAP_NET_RAW) })).toBe('!cap_chown,^cap_kill,cap_net_raw')
  expect(iabFromText('!cap_chown,^cap_kill')).toEqual({ blocked: capBit(CAP_CHOWN), ambient: capBit(CAP_KILL), inheritable: capBit(CAP_KILL) })
})
