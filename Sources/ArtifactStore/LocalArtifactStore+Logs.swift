import Glibc
public import TranscodeModel

// Logs of attempts: ROOT/logs/TENANT/JOB/POSITION.ATTEMPT.log
extension LocalArtifactStore {
    public func writeLog(
        _ bytes: [UInt8], to log: AttemptLogName, tenant: TenantID, after offset: Int64?
    ) throws(Failure) {
        let folder = try logFolder(log.unit.job, tenant)
        let path = folder + "/" + Self.fileName(log)
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (offset == nil ? O_APPEND : 0)
        var descriptor = Glibc.open(path, flags, 0o644)
        if descriptor < 0, errno == ENOENT {
            try makeUnsynced(folder)
            descriptor = Glibc.open(path, flags, 0o644)
        }
        guard descriptor >= 0 else { throw storageFailure("open the log", path) }
        defer { close(descriptor) }
        guard let offset else {
            return try writeAll(bytes[...], to: descriptor, path: path)
        }
        guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
            throw storageFailure("write", path)
        }
        try writeAll(bytes[...], to: descriptor, path: path)
        // Cut afterwards: whoever reads meanwhile sees too much rather than too little.
        guard ftruncate(descriptor, off_t(offset) + off_t(bytes.count)) == 0 else {
            throw storageFailure("cut", path)
        }
    }

    public func logs(of job: JobID, tenant: TenantID) throws(Failure) -> [AttemptLogListing] {
        let folder = try logFolder(job, tenant)
        var listed: [AttemptLogListing] = []
        for file in try namesIfThere(in: folder) {
            guard let name = Self.logName(file, job: job) else { continue }
            var status = stat()
            guard lstat(folder + "/" + file, &status) == 0 else {
                if errno == ENOENT { continue }
                throw storageFailure("examine", folder + "/" + file)
            }
            listed.append(AttemptLogListing(name: name, byteCount: Int64(status.st_size)))
        }
        return listed.sorted {
            ($0.name.unit.position, $0.name.attempt) < ($1.name.unit.position, $1.name.attempt)
        }
    }

    public func readLog(_ log: AttemptLogName, tenant: TenantID) throws(Failure) -> [UInt8] {
        let path = try logFolder(log.unit.job, tenant) + "/" + Self.fileName(log)
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return [] }
            throw storageFailure("open the log", path)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < Self.logBytesReadMaximum {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw storageFailure("read", path) }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    public func jobsWithLogs(tenant: TenantID) throws(Failure) -> [JobID] {
        try namesIfThere(in: logsRoot + "/\(tenant)").map { JobID($0) }
    }

    public func removeLogs(of job: JobID, tenant: TenantID) throws(Failure) {
        try removeTree(try logFolder(job, tenant))
    }

    /// Nodes keep far less; whatever else stands there is not read into memory.
    private static var logBytesReadMaximum: Int { 4 << 20 }

    private static func fileName(_ log: AttemptLogName) -> String {
        "\(log.unit.position).\(log.attempt).log"
    }

    /// Nil for a file that is no log of ours.
    private static func logName(_ file: String, job: JobID) -> AttemptLogName? {
        let parts = file.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2] == "log", let position = Int(parts[0]),
            let attempt = Int(parts[1]), position >= 0, attempt >= 1
        else { return nil }
        return AttemptLogName(unit: UnitID(job: job, position: position), attempt: attempt)
    }

    private func logFolder(_ job: JobID, _ tenant: TenantID) throws(Failure) -> String {
        // A job's name becomes a path here, and may come from a person.
        guard !job.text.isEmpty, !job.text.hasPrefix("."), !job.text.contains("/") else {
            throw Failure(.permanent, .internalFault, "“\(job)” is not the name of a job.")
        }
        return logsRoot + "/\(tenant)/\(job)"
    }

    /// A log is for people; nothing rests on it, so its directories need not be durable.
    private func makeUnsynced(_ folder: String) throws(Failure) {
        if mkdir(folder, 0o755) == 0 || errno == EEXIST { return }
        guard errno == ENOENT else { throw storageFailure("make the directory", folder) }
        try makeUnsynced(parent(of: folder))
        guard mkdir(folder, 0o755) == 0 || errno == EEXIST else {
            throw storageFailure("make the directory", folder)
        }
    }
}
