/// SHA-256 of bytes as 64 hexadecimal digits, what `sha256sum` prints.
public func contentHash(_ bytes: some Sequence<UInt8>) -> String {
  var hash = ContentHash()
  let array = Array(bytes)
  array.withUnsafeBytes { hash.update($0) }
  return hash.finish()
}

/// SHA-256 (FIPS 180-4) over bytes that come in pieces.
public struct ContentHash: Sendable {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  private var pending: [UInt8] = []
  private var length: UInt64 = 0

  public init() {}

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    length += UInt64(bytes.count)
    var start = 0
    if !pending.isEmpty {
      start = min(64 - pending.count, bytes.count)
      pending.append(contentsOf: bytes[..<start])
      guard pending.count == 64 else { return }
      let block = pending
      block.withUnsafeBytes { compress($0) }
      pending.removeAll(keepingCapacity: true)
    }
    while start + 64 <= bytes.count {
      compress(UnsafeRawBufferPointer(rebasing: bytes[start..<start + 64]))
      start += 64
    }
    pending.append(contentsOf: bytes[start...])
  }

  /// The digest; the hash must not be used afterwards.
  public mutating func finish() -> String {
    let bits = length * 8
    var tail: [UInt8] = [0x80]
    let used = (pending.count + 1) % 64
    tail += [UInt8](repeating: 0, count: used <= 56 ? 56 - used : 120 - used)
    for shift in stride(from: 56, through: 0, by: -8) { tail.append(UInt8(truncatingIfNeeded: bits >> shift)) }
    tail.withUnsafeBytes { update($0) }
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private mutating func compress(_ block: UnsafeRawBufferPointer) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { words in
      for i in 0..<16 {
        words[i] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: i * 4, as: UInt32.self))
      }
      for i in 16..<64 {
        let a = words[i - 15], b = words[i - 2]
        let low = rotate(a, 7) ^ rotate(a, 18) ^ (a >> 3)
        let high = rotate(b, 17) ^ rotate(b, 19) ^ (b >> 10)
        words[i] = words[i - 16] &+ low &+ words[i - 7] &+ high
      }
      var a = state[0], b = state[1], c = state[2], d = state[3]
      var e = state[4], f = state[5], g = state[6], h = state[7]
      for i in 0..<64 {
        let mix = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
        let first = h &+ mix &+ ((e & f) ^ (~e & g)) &+ roundConstants[i] &+ words[i]
        let second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) &+ ((a & b) ^ (a & c) ^ (b & c))
        (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
      }
      for (i, word) in [a, b, c, d, e, f, g, h].enumerated() { state[i] &+= word }
    }
  }
}

@inline(__always) private func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
  (word >> count) | (word << (32 - count))
}

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
private let roundConstants: [UInt32] = [
  0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
  0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
  0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
  0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
  0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
  0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
  0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
  0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
]

extension ContentHash {
  /// Of a file's bytes as they stand, packed or not.
  public static func ofFile(_ path: String) throws -> String {
    var file = try ReadableFile(path: path)
    var hash = ContentHash()
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 262_144, alignment: 16)
    defer { block.deallocate() }
    while true {
      let count = try file.read(into: block)
      if count == 0 { return hash.finish() }
      hash.update(UnsafeRawBufferPointer(rebasing: block[..<count]))
    }
  }
}
