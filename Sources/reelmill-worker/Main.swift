import Glibc
import Media

/// The untrusted half: decodes what strangers sent, with no right but its descriptors.
@main struct WorkerMain {
    static func main() { exit(WorkerRun.run()) }
}
