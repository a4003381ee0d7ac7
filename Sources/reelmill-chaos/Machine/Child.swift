import Foundation

/// A program that the harness started, with its output in files.
final class Child {
    let processID: pid_t
    let outputPath: String
    let errorPath: String
    /// The exit status, or a signal's number with a minus; nil while it lives.
    private(set) var ending: Int32?

    private init(_ processID: pid_t, _ outputPath: String, _ errorPath: String) {
        self.processID = processID
        self.outputPath = outputPath
        self.errorPath = errorPath
    }

    /// Starts a program by its path. `log` is a path to which `.out` and `.err` are added.
    static func start(
        _ program: String, _ arguments: [String], environment: [String: String], log: String
    ) throws(ChaosFault) -> Child {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log + ".out", flags, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, log + ".err", flags, 0o644)
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var processID: pid_t = 0
        let code = posix_spawn(&processID, program, &actions, nil, &words, &variables)
        guard code == 0 else {
            throw ChaosFault("\(program): cannot be started: \(String(cString: strerror(code)))")
        }
        return Child(processID, log + ".out", log + ".err")
    }

    var hasEnded: Bool { poll() != nil }

    func poll() -> Int32? {
        if ending != nil { return ending }
        var status: Int32 = 0
        guard waitpid(processID, &status, WNOHANG) == processID else { return nil }
        let signal = status & 0x7F
        ending = signal == 0 ? (status >> 8) & 0xFF : -signal
        return ending
    }

    /// Waits for the end; nil when it has not come after so long.
    func wait(seconds: Double) -> Int32? {
        let deadline = Instant.now + seconds
        while Instant.now < deadline {
            if let ending = poll() { return ending }
            usleep(2000)
        }
        return poll()
    }

    /// Whether the signal was sent: a process that has ended takes none.
    @discardableResult
    func send(_ signal: Int32) -> Bool { poll() == nil && kill(processID, signal) == 0 }

    /// Ends it for good, if it still lives, and waits for that.
    func end() {
        send(SIGKILL)
        _ = wait(seconds: 10)
    }

    var output: String { Child.text(outputPath) }
    var errors: String { Child.text(errorPath) }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}

/// Seconds of a clock that never jumps.
enum Instant {
    static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
}
