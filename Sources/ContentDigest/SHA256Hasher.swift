internal import CCrypto
public import TranscodeModel

/// SHA-256 by the system's libcrypto, which uses the processor's own instructions for it.
public struct SHA256Hasher: ~Copyable {
    private let context: OpaquePointer

    public init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
        else {
            preconditionFailure("libcrypto has no SHA-256")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1)
    }

    public mutating func update(_ text: String) {
        var text = text
        text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
    }

    public consuming func finish() -> Digest {
        var bytes = [UInt8](repeating: 0, count: Digest.byteCount)
        precondition(EVP_DigestFinal_ex(context, &bytes, nil) == 1)
        guard let digest = Digest(bytes: bytes) else { preconditionFailure("SHA-256 has 32 bytes") }
        return digest
    }
}

extension Digest {
    /// The SHA-256 of some bytes in memory.
    public static func sha256(_ bytes: some ContiguousBytesProvider) -> Digest {
        var hasher = SHA256Hasher()
        bytes.withBytes { hasher.update($0) }
        return hasher.finish()
    }
}

/// Bytes that lie in one piece.
public protocol ContiguousBytesProvider {
    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void)
}

extension [UInt8]: ContiguousBytesProvider {
    public func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) { withUnsafeBytes(body) }
}

extension String: ContiguousBytesProvider {
    public func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        var copy = self
        copy.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}
