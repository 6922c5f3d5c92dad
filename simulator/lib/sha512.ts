// SHA-512 (FIPS 180-4). JavaScript has no 64-bit integers that are fast, so each word is a high and a low half.

/** Round constants and initial state, high half first. */
const K = new Uint32Array([
  0x428a2f98, 0xd728ae22, 0x71374491, 0x23ef65cd, 0xb5c0fbcf, 0xec4d3b2f, 0xe9b5dba5, 0x8189dbbc,
  0x3956c25b, 0xf348b538, 0x59f111f1, 0xb605d019, 0x923f82a4, 0xaf194f9b, 0xab1c5ed5, 0xda6d8118,
  0xd807aa98, 0xa3030242, 0x12835b01, 0x45706fbe, 0x243185be, 0x4ee4b28c, 0x550c7dc3, 0xd5ffb4e2,
  0x72be5d74, 0xf27b896f, 0x80deb1fe, 0x3b1696b1, 0x9bdc06a7, 0x25c71235, 0xc19bf174, 0xcf692694,
  0xe49b69c1, 0x9ef14ad2, 0xefbe4786, 0x384f25e3, 0x0fc19dc6, 0x8b8cd5b5, 0x240ca1cc, 0x77ac9c65,
  0x2de92c6f, 0x592b0275, 0x4a7484aa, 0x6ea6e483, 0x5cb0a9dc, 0xbd41fbd4, 0x76f988da, 0x831153b5,
  0x983e5152, 0xee66dfab, 0xa831c66d, 0x2db43210, 0xb00327c8, 0x98fb213f, 0xbf597fc7, 0xbeef0ee4,
  0xc6e00bf3, 0x3da88fc2, 0xd5a79147, 0x930aa725, 0x06ca6351, 0xe003826f, 0x14292967, 0x0a0e6e70,
  0x27b70a85, 0x46d22ffc, 0x2e1b2138, 0x5c26c926, 0x4d2c6dfc, 0x5ac42aed, 0x53380d13, 0x9d95b3df,
  0x650a7354, 0x8baf63de, 0x766a0abb, 0x3c77b2a8, 0x81c2c92e, 0x47edaee6, 0x92722c85, 0x1482353b,
  0xa2bfe8a1, 0x4cf10364, 0xa81a664b, 0xbc423001, 0xc24b8b70, 0xd0f89791, 0xc76c51a3, 0x0654be30,
  0xd192e819, 0xd6ef5218, 0xd6990624, 0x5565a910, 0xf40e3585, 0x5771202a, 0x106aa070, 0x32bbd1b8,
  0x19a4c116, 0xb8d2d0c8, 0x1e376c08, 0x5141ab53, 0x2748774c, 0xdf8eeb99, 0x34b0bcb5, 0xe19b48a8,
  0x391c0cb3, 0xc5c95a63, 0x4ed8aa4a, 0xe3418acb, 0x5b9cca4f, 0x7763e373, 0x682e6ff3, 0xd6b2b8a3,
  0x748f82ee, 0x5defb2fc, 0x78a5636f, 0x43172f60, 0x84c87814, 0xa1f0ab72, 0x8cc70208, 0x1a6439ec,
  0x90befffa, 0x23631e28, 0xa4506ceb, 0xde82bde9, 0xbef9a3f7, 0xb2c67915, 0xc67178f2, 0xe372532b,
  0xca273ece, 0xea26619c, 0xd186b8c7, 0x21c0c207, 0xeada7dd6, 0xcde0eb1e, 0xf57d4f7f, 0xee6ed178,
  0x06f067aa, 0x72176fba, 0x0a637dc5, 0xa2c898a6, 0x113f9804, 0xbef90dae, 0x1b710b35, 0x131c471b,
  0x28db77f5, 0x23047d84, 0x32caab7b, 0x40c72493, 0x3c9ebe0a, 0x15c9bebc, 0x431d67c4, 0x9c100d4c,
  0x4cc5d4be, 0xcb3e42b6, 0x597f299c, 0xfc657e2a, 0x5fcb6fab, 0x3ad6faec, 0x6c44198c, 0x4a475817,
])
const INITIAL = new Uint32Array([
  0x6a09e667, 0xf3bcc908, 0xbb67ae85, 0x84caa73b, 0x3c6ef372, 0xfe94f82b, 0xa54ff53a, 0x5f1d36f1,
  0x510e527f, 0xade682d1, 0x9b05688c, 0x2b3e6c1f, 0x1f83d9ab, 0xfb41bd6b, 0x5be0cd19, 0x137e2179,
])

export function sha512(message: Uint8Array): Uint8Array {
  const length = message.length
  const blocks = new Uint8Array(((length + 17 + 127) >> 7) << 7)
  blocks.set(message)
  blocks[length] = 0x80
  const view = new DataView(blocks.buffer)
  view.setUint32(blocks.length - 8, Math.floor(length / 0x20000000))
  view.setUint32(blocks.length - 4, (length << 3) >>> 0)
  const state = new Int32Array(INITIAL)
  const w = new Int32Array(160)
  for (let at = 0; at < blocks.length; at += 128) compress(state, w, view, at)
  const out = new Uint8Array(64)
  const outView = new DataView(out.buffer)
  for (let i = 0; i < 16; i++) outView.setInt32(i * 4, state[i])
  return out
}

/** The carry out of a sum of low halves. */
const carry = (sum: number): number => Math.floor(sum / 0x100000000)

function schedule(w: Int32Array, view: DataView, at: number): void {
  for (let i = 0; i < 32; i++) w[i] = view.getInt32(at + i * 4)
  for (let i = 32; i < 160; i += 2) {
    const [h15, l15, h2, l2] = [w[i - 30], w[i - 29], w[i - 4], w[i - 3]]
    const s0h = ((h15 >>> 1) | (l15 << 31)) ^ ((h15 >>> 8) | (l15 << 24)) ^ (h15 >>> 7)
    const s0l = ((l15 >>> 1) | (h15 << 31)) ^ ((l15 >>> 8) | (h15 << 24)) ^ ((l15 >>> 7) | (h15 << 25))
    const s1h = ((h2 >>> 19) | (l2 << 13)) ^ ((l2 >>> 29) | (h2 << 3)) ^ (h2 >>> 6)
    const s1l = ((l2 >>> 19) | (h2 << 13)) ^ ((h2 >>> 29) | (l2 << 3)) ^ ((l2 >>> 6) | (h2 << 26))
    const low = (s0l >>> 0) + (s1l >>> 0) + (w[i - 31] >>> 0) + (w[i - 13] >>> 0)
    w[i + 1] = low | 0
    w[i] = (s0h + s1h + w[i - 32] + w[i - 14] + carry(low)) | 0
  }
}

function compress(state: Int32Array, w: Int32Array, view: DataView, at: number): void {
  schedule(w, view, at)
  let [ah, al, bh, bl, ch, cl, dh, dl, eh, el, fh, fl, gh, gl, hh, hl] = state
  for (let i = 0; i < 160; i += 2) {
    const s1h = ((eh >>> 14) | (el << 18)) ^ ((eh >>> 18) | (el << 14)) ^ ((el >>> 9) | (eh << 23))
    const s1l = ((el >>> 14) | (eh << 18)) ^ ((el >>> 18) | (eh << 14)) ^ ((eh >>> 9) | (el << 23))
    const t1Low = (hl >>> 0) + (s1l >>> 0) + (((el & fl) ^ (~el & gl)) >>> 0) + K[i + 1] + (w[i + 1] >>> 0)
    const t1h = (hh + s1h + ((eh & fh) ^ (~eh & gh)) + K[i] + w[i] + carry(t1Low)) | 0
    const t1l = t1Low | 0
    const s0h = ((ah >>> 28) | (al << 4)) ^ ((al >>> 2) | (ah << 30)) ^ ((al >>> 7) | (ah << 25))
    const s0l = ((al >>> 28) | (ah << 4)) ^ ((ah >>> 2) | (al << 30)) ^ ((ah >>> 7) | (al << 25))
    const t2Low = (s0l >>> 0) + (((al & bl) ^ (al & cl) ^ (bl & cl)) >>> 0)
    const t2h = (s0h + ((ah & bh) ^ (ah & ch) ^ (bh & ch)) + carry(t2Low)) | 0
    ;[hh, hl, gh, gl, fh, fl] = [gh, gl, fh, fl, eh, el]
    const eLow = (dl >>> 0) + (t1l >>> 0)
    eh = (dh + t1h + carry(eLow)) | 0
    el = eLow | 0
    ;[dh, dl, ch, cl, bh, bl] = [ch, cl, bh, bl, ah, al]
    const aLow = (t1l >>> 0) + ((t2Low | 0) >>> 0)
    ah = (t1h + t2h + carry(aLow)) | 0
    al = aLow | 0
  }
  const add = (k: number, high: number, low: number): void => {
    const sum = (state[k + 1] >>> 0) + (low >>> 0)
    state[k] = (state[k] + high + carry(sum)) | 0
    state[k + 1] = sum | 0
  }
  add(0, ah, al)
  add(2, bh, bl)
  add(4, ch, cl)
  add(6, dh, dl)
  add(8, eh, el)
  add(10, fh, fl)
  add(12, gh, gl)
  add(14, hh, hl)
}
