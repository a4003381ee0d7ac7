/// A guard that is taken away on purpose, to show that a test or the simulator notices (the test-only switch of the
/// mutation tests). Not reachable from outside the package; production code passes nil.
package enum PlantedBug: String, Sendable, Hashable, CaseIterable {
    /// A completion or release is accepted whatever epoch and attempt it names (I3).
    case noFencing
    /// The epoch does not move when a lease is lost (I3).
    case noEpochOnLoss
    /// A completion does not count down what waits for it (I5).
    case noFanIn
    /// A completion counts down what waits for it twice (I4).
    case doubleFanIn
    /// Bytes are acknowledged before they are synced (I2).
    case noSyncBeforeCommit
    /// A lease counts no attempt (I11).
    case noAttemptAtLease
    /// A lease that was renewed in the meantime is taken back as overdue.
    case noOverdueRecheck
    /// A renewal revives a lease that was lost (I3).
    case renewIgnoresLoss
    /// A tenant's cap is not looked at when units are leased.
    case noCap
    /// A dead unit leaves its siblings as they are (I5).
    case deadKeepsSiblings
    /// A transition back to ready has no event (I10).
    case noEventOnLoss
    /// A unit is ready again at once, whatever delay was asked for.
    case noDelay
    /// The node never looks for leases of its own that it does not know.
    case forgetsOrphans
    /// The node tries a permanent failure again.
    case retriesPermanent
    /// The node leases more units than it has workers (I17).
    case ignoresCapacity
    /// The node begins new work however little room there is on the disk (I17).
    case ignoresDisk
    /// No failure ever opens a breaker.
    case noBreaker
}
