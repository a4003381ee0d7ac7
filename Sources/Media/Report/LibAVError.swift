import CLibAV
import TranscodeModel

/// A negative answer of a libav function.
struct LibAVError: Error, Hashable {
    let code: Int32

    /// libav's own words for it.
    var text: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
            av_strerror(code, buffer.baseAddress, buffer.count)
            return String(cString: buffer.baseAddress!)
        }
    }

    /// The failure to report; want of memory is never blamed on the source.
    func failure(_ category: FailureClass, _ code: FailureCode, _ doing: String) -> Failure {
        if self.code == reelmill_error_no_memory { return .outOfMemory(doing) }
        return Failure(category, code, "\(doing): \(text).")
    }
}

extension Failure {
    static func outOfMemory(_ doing: String) -> Failure {
        Failure(
            .outOfMemory, .workerOutOfMemory,
            "\(doing): no memory left. Run it with a larger memory limit.")
    }
}

/// Throws if `answer` is negative, else returns it.
@discardableResult
func requireSuccess(
    _ answer: Int32, _ category: FailureClass, _ code: FailureCode,
    _ doing: @autoclosure () -> String
) throws(Failure) -> Int32 {
    guard answer < 0 else { return answer }
    throw LibAVError(code: answer).failure(category, code, doing())
}

/// The same, where only our own fault or want of memory can be the cause.
@discardableResult
func requireSuccess(
    _ answer: Int32, _ doing: @autoclosure () -> String
) throws(Failure) -> Int32 {
    try requireSuccess(answer, .permanent, .internalFault, doing())
}

/// Throws if an allocation gave nothing.
func requireAllocated<Value>(_ value: Value?, _ doing: String) throws(Failure) -> Value {
    guard let value else { throw Failure.outOfMemory(doing) }
    return value
}
