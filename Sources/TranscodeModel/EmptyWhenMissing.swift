/// A list that is empty where it is not written: documents of an older version stay readable.
@propertyWrapper
public struct EmptyWhenMissing<Element: Hashable & Sendable & Codable>: Hashable, Sendable, Codable
{
    public var wrappedValue: [Element]

    public init(wrappedValue: [Element]) { self.wrappedValue = wrappedValue }

    public init(from decoder: any Decoder) throws {
        wrappedValue = try [Element](from: decoder)
    }

    public func encode(to encoder: any Encoder) throws { try wrappedValue.encode(to: encoder) }
}

extension KeyedDecodingContainer {
    /// What a synthesised decoder calls for a wrapped property.
    public func decode<Element>(
        _ type: EmptyWhenMissing<Element>.Type, forKey key: Key
    ) throws -> EmptyWhenMissing<Element> {
        try decodeIfPresent(type, forKey: key) ?? EmptyWhenMissing(wrappedValue: [])
    }
}
