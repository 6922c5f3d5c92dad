import { describe, expect, it } from 'vitest'
import { formatIpv4, formatIpv6, inPrefix, ipMask, linkLocalOf, parseIpv4, parseIpv6 } from './ip.ts'

describe('IP addresses', () => {
  it('reads and writes IPv4', () => {
    expect(formatIpv4(parseIpv4('10.0.2.15') ?? 0)).toBe('10.0.2.15')
    expect(formatIpv4(parseIpv4('255.255.255.255') ?? 0)).toBe('255.255.255.255')
    for (const bad of ['10.0.0.300', '10.0.0', '1.2.3.4.5', '01.2.3.4', 'a.b.c.d', '']) expect(parseIpv4(bad), bad).toBeUndefined()
  })

  it('reads IPv6 in every form and writes the shortest', () => {
    const again = (text: string): string => formatIpv6(parseIpv6(text) ?? -1n)
    expect(again('::')).toBe('::')
    expect(again('::1')).toBe('::1')
    expect(again('fe80:0:0:0:5054:ff:fe12:3456')).toBe('fe80::5054:ff:fe12:3456')
    expect(again('2001:DB8:0:0:1:0:0:1')).toBe('2001:db8::1:0:0:1')
    expect(again('1:0:2:3:4:5:6:7')).toBe('1:0:2:3:4:5:6:7')
    expect(again('::ffff:1.2.3.4')).toBe('::ffff:1.2.3.4')
    for (const bad of [':::', '1:2:3', '1::2::3', '12345::', 'g::', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8::']) expect(parseIpv6(bad), bad).toBeUndefined()
  })

  it('knows what lies in a prefix', () => {
    const address = (text: string): bigint => BigInt(parseIpv4(text) ?? 0)
    expect(ipMask('inet', 24)).toBe(0xffffff00n)
    expect(ipMask('inet', 0)).toBe(0n)
    expect(inPrefix('inet', address('10.0.2.15'), address('10.0.2.0'), 24)).toBe(true)
    expect(inPrefix('inet', address('10.0.3.1'), address('10.0.2.0'), 24)).toBe(false)
    expect(inPrefix('inet', address('8.8.8.8'), 0n, 0)).toBe(true)
  })

  it('derives the link-local address from the MAC address', () => {
    expect(formatIpv6(linkLocalOf('52:54:00:12:34:56'))).toBe('fe80::5054:ff:fe12:3456')
  })
})
