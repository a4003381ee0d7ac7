import Glibc
public import TranscodeModel

/// `ROOT/early/JOB`: an empty file for each job that has something at its destination before it is finished.
extension LocalArtifactStore {
    public func noteEarly(_ job: JobID) throws(Failure) {
        try makeDirectory(earlyRoot)
        let path = earlyRoot + "/" + job.text
        let file = Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw storageFailure("make", path) }
        close(file)
        try syncDirectory(earlyRoot)
    }

    public func earlyJobs() throws(Failure) -> [JobID] {
        try namesIfThere(in: earlyRoot).map { JobID($0) }
    }

    public func forgetEarly(_ job: JobID) throws(Failure) {
        try removeTree(earlyRoot + "/" + job.text)
    }
}
