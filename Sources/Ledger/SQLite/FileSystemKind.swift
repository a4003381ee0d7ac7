import CLedger

/// File systems on which locks and shared memory do not reach every process that has the file open, so that a
/// write-ahead log is not safe there.
enum FileSystemKind {
    /// The magic numbers of statfs(2).
    private static let network: [Int64: String] = [
        0x6969: "NFS", 0x517b: "SMB", 0xff53_4d42: "CIFS", 0xfe53_4d42: "SMB2", 0x0102_1997: "9P",
        0x5346_414f: "AFS", 0x7375_7245: "Coda", 0x00c3_6400: "Ceph", 0x0bd0_0bd0: "Lustre",
        0x4750_4653: "GPFS", 0x0116_1970: "GFS2", 0x7461_636f: "OCFS2", 0x1980_1030: "BeeGFS",
        0x6573_5546: "FUSE",
    ]

    /// FUSE is among them: nothing tells a local one from sshfs or a bucket.
    static func requireLocal(_ folder: String, ledger: String) throws(LedgerFailure) {
        let kind = reelmill_file_system(folder)
        guard kind >= 0 else {
            throw LedgerFailure(
                .unreachable,
                "\(ledger): the ledger's directory cannot be looked at. Check the rights.")
        }
        if let name = network[kind] {
            throw LedgerFailure(
                .refused,
                "\(ledger): the ledger must not be on a network file system (\(name)): its lock does not "
                    + "hold there. Put the state directory on a local disk.")
        }
    }
}
