import ContentDigest
import Foundation
public import TranscodeModel

/// A published output directory, read back with nothing but its receipt.
public struct PublishedOutput {
    public let receipt: Receipt
    private let files: [String: any ByteSource]
    private let unreadable: [PublicationFinding]

    /// Fails with `outputInvalid` or `artifactMissing` when there is no receipt to go by.
    public static func open(_ directory: String) throws(Failure) -> PublishedOutput {
        let path = directory + "/" + OutputLayout.receiptPath
        guard FileManager.default.fileExists(atPath: path) else {
            if FileManager.default.fileExists(atPath: directory + "/" + EarlyPlay.markerPath) {
                throw Failure(
                    .permanent, .outputInvalid,
                    "\(directory): it is played early, and its job has not finished it. Wait until the job "
                        + "is ready (`reelmill status`).")
            }
            throw Failure(
                .permanent, .outputInvalid,
                "\(directory): there is no receipt.json, so this is not a published output. Name "
                    + "the directory that a job published.")
        }
        let source = try FileByteSource(path: path, name: OutputLayout.receiptPath)
        let receipt = try Receipt.read(
            try source.read(Extent(offset: 0, length: source.byteCount)), name: path)
        var files: [String: any ByteSource] = [:]
        var unreadable: [PublicationFinding] = []
        let names: [String]
        do { names = try FileManager.default.subpathsOfDirectory(atPath: directory) } catch {
            throw Failure(
                .permanent, .outputInvalid,
                "\(directory): it cannot be listed (\(error.localizedDescription)). Check its rights."
            )
        }
        for name in names.sorted() where name != OutputLayout.receiptPath {
            var isDirectory: ObjCBool = false
            _ = FileManager.default.fileExists(
                atPath: directory + "/" + name, isDirectory: &isDirectory)
            if isDirectory.boolValue { continue }
            do throws(Failure) {
                files[name] = try FileByteSource(path: directory + "/" + name, name: name)
            } catch {
                unreadable.append(PublicationFinding(name, .unreadable, error.message))
            }
        }
        return PublishedOutput(receipt: receipt, files: files, unreadable: unreadable)
    }

    /// Files, by their paths in the output, that the receipt does not know.
    public var unlistedFiles: [String] {
        let listed = Set(receipt.files.map(\.path))
        return (files.keys + unreadable.map(\.path)).filter { !listed.contains($0) }.sorted()
    }

    /// Compares the files with the receipt, then with the plan.
    public func findings() -> [PublicationFinding] {
        var list = FindingList()
        let listed = Set(receipt.files.map(\.path))
        for file in receipt.files {
            guard let source = files[file.path] else { continue }
            guard source.byteCount == file.bytes else {
                list.add(
                    file.path, .size,
                    "it has \(source.byteCount) bytes where the receipt has \(file.bytes)")
                continue
            }
            do throws(Failure) {
                let digest = try source.digest(Extent(offset: 0, length: source.byteCount))
                list.require(
                    digest == file.sha256, file.path, .hash,
                    "its SHA-256 is \(digest) where the receipt has \(file.sha256)")
            } catch {
                list.add(file.path, .unreadable, error.message)
            }
        }
        list.require(
            listed == OutputLayout.paths(receipt.plan, listed: listed),
            OutputLayout.receiptPath, .receipt,
            "the receipt does not list the files that its plan has")
        checkBuffers(&list)
        return unreadable + list.findings
            + PublicationCheck.findings(
                receipt.plan, files: files, listed: listed, buffers: receipt.buffers ?? [:])
    }

    /// Pictures that a decoder with the declared buffer cannot have in time.
    private func checkBuffers(_ list: inout FindingList) {
        let plan = receipt.plan
        for rendition in plan.video?.renditions ?? [] {
            guard let proof = receipt.buffers?[rendition.name], proof.model.isEnforced else {
                continue
            }
            list.require(
                proof.violations == 0,
                plan.packaging == .cmaf
                    ? OutputLayout.trackPath(rendition.name, in: plan)
                    : OutputLayout.progressivePath(plan), .buffer,
                "\(proof.violations) frames of \(rendition.name) are due before they have arrived at "
                    + "\(proof.model.rate) bits a second")
        }
    }
}

extension ByteSource {
    /// The SHA-256 of a range, read a mebibyte at a time.
    public func digest(_ extent: Extent) throws(Failure) -> Digest {
        var hasher = SHA256Hasher()
        var offset = extent.offset
        while offset < extent.end {
            let bytes = try read(at: offset, length: Int(min(extent.end - offset, 1 << 20)))
            bytes.withUnsafeBytes { hasher.update($0) }
            offset += Int64(bytes.count)
        }
        return hasher.finish()
    }
}

/// A range of another source as a source of its own: a file that is not written out yet.
public struct ByteRangeSource: ByteSource {
    public let name: String
    private let source: any ByteSource
    private let extent: Extent

    public init(_ source: any ByteSource, _ extent: Extent, name: String) {
        self.source = source
        self.extent = extent
        self.name = name
    }

    public var byteCount: Int64 { extent.length }

    public func read(at offset: Int64, length: Int) throws(Failure) -> [UInt8] {
        try checkRange(at: offset, length: length)
        return try source.read(at: extent.offset + offset, length: length)
    }
}
