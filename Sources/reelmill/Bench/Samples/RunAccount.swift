import TranscodeModel

/// The numbers of one run of ours, from the clocks of the process and from the ledger.
struct RunAccount {
    let meter: CPUMeter
    let before: Moment
    let after: Moment
    /// Of the thread that looked at the memory, which is the bench's and not the product's.
    let samplingSeconds: Double
    /// Of the process, before there was a node.
    let enlistingSeconds: Double
    let cores: Int

    var wallSeconds: Double { Double(after.nanoseconds - before.nanoseconds) / 1e9 }

    /// Of processes that this one started. What has not been awaited yet is missing in the kernel's sum, so that it is
    /// never less than what the workers said.
    private func children(_ history: RunHistory) -> Double {
        max(after.children - before.children, history.workerCPUSeconds)
    }

    func cpuSeconds(_ history: RunHistory) -> Double {
        max(0, after.own - before.own - samplingSeconds) + children(history)
    }

    func details(_ history: RunHistory) -> RunDetails {
        let split = CPUSplit(
            CPUSplit.Measured(
                total: cpuSeconds(history), children: children(history), stages: history.stages,
                hash: meter[MeteredStore.name], ledger: meter[MeteredLedger.name],
                ledgerInStages: meter[MeteredLedger.nameInStages],
                nodeStages: history.nodeStageCPUSeconds))
        let finishing = UnitBar.union(history.bars, of: [.stitch, .package, .publish])
        return RunDetails(
            split: split,
            span: WorkSpan(
                wallSeconds: history.spanSeconds,
                cpuSeconds: max(0, cpuSeconds(history) - enlistingSeconds), cores: cores),
            finishingSeconds: Double(finishing) / 1000, readySeconds: history.readySeconds,
            firstPlayableSeconds: history.firstPlayableSeconds,
            bufferViolations: history.bufferViolations,
            workerPeakBytes: history.workerPeakBytes, attempts: history.bars.count,
            lostAttempts: history.bars.count { $0.ending == .lost },
            unitCPUSeconds: history.unitCPUSeconds)
    }
}
