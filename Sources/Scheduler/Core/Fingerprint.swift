package import Ledger
package import TranscodeModel

/// 128 bits that stand for a state in a search of all states: equal states have equal ones, and different states
/// different ones, but for a chance of about n² ÷ 2¹²⁹ among n states.
package struct Fingerprint: Hashable, Comparable, Sendable {
    private var first: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var second: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    /// Whether the nodes whose names begin with `a` and with `b` stand for each other.
    private let swapsNodes: Bool

    package init(swapsNodes: Bool) { self.swapsNodes = swapsNodes }

    package static func == (left: Fingerprint, right: Fingerprint) -> Bool {
        left.first == right.first && left.second == right.second
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(first) }

    package static func < (left: Fingerprint, right: Fingerprint) -> Bool {
        left.first != right.first ? left.first < right.first : left.second < right.second
    }

    package mutating func combine(_ word: Int64) {
        let bits = UInt64(bitPattern: word)
        first = mix(first ^ bits)
        second = mix(second &+ (bits ^ 0xD6E8_FEB8_6659_FD93))
    }

    /// The finalizer of SplitMix64 (Steele, Lea, Flood 2014).
    private func mix(_ value: UInt64) -> UInt64 {
        var bits = value &+ 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    package mutating func combine(_ number: Int) { combine(Int64(number)) }
    package mutating func combine(_ flag: Bool) { combine(flag ? 1 : 0 as Int64) }

    /// A node that is named by a letter and a number.
    package mutating func combine(_ node: NodeID) { combine(number(node)) }

    package func number(_ node: NodeID) -> Int {
        var number = 0
        for byte in node.text.utf8 {
            number = number * 256 + Int(swapsNodes && number == 0 ? swapped(byte) : byte)
        }
        return number
    }

    private func swapped(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "a"): UInt8(ascii: "b")
        case UInt8(ascii: "b"): UInt8(ascii: "a")
        default: letter
        }
    }

    package mutating func combine(_ token: LeaseToken) {
        combine(token.unit.position)
        combine(token.epoch)
        combine(token.attempt)
    }

    package mutating func combine(_ lease: Lease) {
        combine(lease.token)
        combine(lease.attemptsMaximum)
        combine(lease.crashes)
        combine(lease.isSplit)
        combine(lease.isHedge)
    }

    /// What tells an operation from others of one job. The words for people do not.
    package mutating func combine(_ operation: LedgerOperation) {
        switch operation {
        case .register: combine(1 as Int64)
        case .retire(let node):
            combine(2 as Int64)
            combine(node)
        case .lease(let picks, _, _):
            combine(3 as Int64)
            combine(picks.count)
            for pick in picks {
                combine(pick.unit.position)
                combine(pick.epoch)
                if pick.isOutOfTurn { combine(1 as Int64) }
            }
        case .hedge(let token, _, _, _):
            combine(4 as Int64)
            combine(token)
        case .renew(let held, _):
            combine(5 as Int64)
            combine(held.count)
            for lease in held { combine(lease.token) }
        case .complete(let completion):
            combine(6 as Int64)
            combine(completion.token)
        case .release(let release):
            combine(7 as Int64)
            combine(release)
        case .setBreaker(let record):
            combine(8 as Int64)
            combine(record.generation)
        }
    }

    private mutating func combine(_ release: Release) {
        combine(release.token)
        switch release.ground {
        case .holder: combine(0 as Int64)
        case .overdue: combine(1 as Int64)
        case .nodeDied(let node): combine(node)
        }
        switch release.verdict {
        case .retry(let delay, let splits, let returnsAttempt, _):
            combine(delay)
            combine(splits)
            combine(returnsAttempt)
        case .dead: combine(-2 as Int64)
        }
        combine(release.failure.map { $0.category == .crashed ? 2 : 1 } ?? 0 as Int64)
    }
}

extension NodeCore {
    /// All of the core that can make a difference to what it does, while it is not draining and no breaker has opened.
    /// A time counts only as come or to come.
    package func combine(into print: inout Fingerprint, now: Int64) {
        let order = members.count < 2 ? Array(members.keys) : members.keys.sorted(by: Self.precedes)
        for token in order {
            guard let member = members[token] else { continue }
            print.combine(member.lease)
            switch member.phase {
            case .running: print.combine(0 as Int64)
            case .stopping(.handBack): print.combine(1 as Int64)
            case .stopping(.fenced): print.combine(2 as Int64)
            case .stopping(.overtaken): print.combine(4 as Int64)
            case .ending(let operation, _):
                print.combine(3 as Int64)
                print.combine(operation)
            }
            print.combine(member.resendAt.map { $0 <= now ? 2 : 1 } ?? 0 as Int64)
        }
        print.combine(-1 as Int64)
        print.combine(shutdown.rawValue)
        for flag in [
            isRegistered, isRegistering, isLooking, ending != nil, isEnded, isDiskShort,
        ] {
            print.combine(flag)
        }
        print.combine(refusedHedges.values.count { $0 > now })
        print.combine(pendingLook.count)
        for operation in pendingLook { print.combine(operation) }
        print.combine(lastLook.map { now - $0 >= policy.careMilliseconds } ?? true)
        print.combine(now - lastRenewal >= policy.renewMilliseconds)
    }
}
