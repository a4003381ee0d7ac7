import Glibc
import Media
import Zygote

/// The untrusted half: decodes what strangers sent, with no right but its descriptors.
@main struct WorkerMain {
    static func main() {
        WorkerMemory.keep()
        let arguments = Zygote.arguments { WorkerPreload.perform() }
        // What it wrote is written; there is nothing that libraries would have to put in order.
        _exit(WorkerRun.run(arguments))
    }
}
