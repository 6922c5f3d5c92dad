import { describe, expect, it } from 'vitest'
import { decodeDns, DNS_TYPES, type DnsMessage, encodeDns, reverseName } from './dns.ts'

const MESSAGE: DnsMessage = {
  id: 7, isResponse: true, authoritative: false, recursionDesired: true, recursionAvailable: true, rcode: 0, question: { name: 'web.example', type: DNS_TYPES.A },
  answers: [
    { name: 'web.example', type: DNS_TYPES.CNAME, ttl: 600, value: 'a.example' }, { name: 'a.example', type: DNS_TYPES.A, ttl: 70000, value: '10.0.0.7' },
    { name: 'a.example', type: DNS_TYPES.AAAA, ttl: 1, value: 'fd00::7' },
  ],
}

describe('DNS messages', () => {
  it('come back from bytes as they were', () => {
    expect(decodeDns(encodeDns(MESSAGE))).toEqual(MESSAGE)
  })
  it('may point back to a name that was there before', () => {
    const bytes = encodeDns({ ...MESSAGE, answers: [] })
    const pointed = Uint8Array.from([...bytes, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4])
    pointed[7] = 1
    expect(decodeDns(pointed)?.answers).toEqual([{ name: 'web.example', type: DNS_TYPES.A, ttl: 9, value: '1.2.3.4' }])
  })
  it('ask for the owner of an address backwards', () => {
    expect(reverseName('inet', '10.1.2.3')).toBe('3.2.1.10.in-addr.arpa')
    expect(reverseName('inet6', '::1')).toBe(`1.${'0.'.repeat(31)}ip6.arpa`)
  })
})
