import Testing
import TranscodeModel

@testable import Media

/// Jumps of a stream's clock are found, and its times go on where they were.
struct ClockRepairTests {
    /// A packet of one of two streams of a programme, as it was sent and as the file states it.
    private struct Sent {
        var stream: Int
        var true90: Int64
        var stated: Int64
        var position: Int64
    }

    /// Pictures of 25 a second in groups of four, out of order within a group, and sound in blocks of 24 ms, which
    /// come a little later; at each of `jumps`, where a group begins, the clock is set anew.
    private func programme(seconds: Int64, jumps: [(at: Int64, to: Int64)]) -> [Sent] {
        func clock(_ time: Int64) -> Int64 {
            guard let jump = jumps.last(where: { $0.at * 90_000 <= time }) else { return time }
            return jump.to + time - jump.at * 90_000
        }
        var sent: [Sent] = []
        for picture in 0..<seconds * 25 {
            let order = [0, 2, 0, -2][Int(picture % 4)]
            let time = (picture + Int64(order)) * 3600
            sent.append(
                Sent(stream: 0, true90: time, stated: clock(time), position: picture * 3600))
        }
        for block in 0..<seconds * 1000 / 24 {
            let time = block * 2160
            sent.append(
                Sent(stream: 1, true90: time, stated: clock(time), position: time - 20_000))
        }
        sent.sort { $0.position < $1.position }
        return sent
    }

    /// How far packets are put from where they were sent, in the order in which the distances first come up.
    private func distances(_ jumps: [(at: Int64, to: Int64)]) -> (found: [Int64], jumps: Int) {
        var repair = ClockRepair(ticksPerSecond: 90_000)
        var found: [Int64] = []
        for packet in programme(seconds: 20, jumps: jumps) {
            let offset = repair.offset(
                stream: packet.stream, time: packet.stated, bytePosition: packet.position + 20_000)
            let distance = packet.stated + offset - packet.true90
            if !found.contains(distance) { found.append(distance) }
        }
        return (found, repair.jumps)
    }

    @Test("any jumps, forward or back: pictures and blocks go on where they were, together")
    func repairs() {
        #expect(distances([(at: 12, to: 5_000_000_000)]) == ([0], 1))
        #expect(distances([(at: 8, to: 0)]) == ([0], 1))
        #expect(
            distances([(at: 4, to: 900_000_000), (at: 12, to: 1000), (at: 16, to: 70_000_000)])
                == ([0], 3))
    }

    @Test("after a jump sound and picture are as far from each other as they were")
    func staysTogether() {
        var repair = ClockRepair(ticksPerSecond: 90_000)
        var errors: [Int: Int64] = [:]
        for packet in programme(seconds: 20, jumps: [(at: 12, to: 5_000_000_000)]) {
            let offset = repair.offset(
                stream: packet.stream, time: packet.stated, bytePosition: packet.position + 20_000)
            errors[packet.stream] = packet.stated + offset - packet.true90
        }
        #expect(errors[0] == errors[1])
        #expect(repair.jumps == 1)
    }

    @Test("a stream that is silent for long is where the others are when it goes on")
    func longSilence() {
        var repair = ClockRepair(ticksPerSecond: 90_000)
        // Between 5 and 35 s there are no pictures; at 20 s the clock of both is set anew in the second run.
        for jumps in [[], [(at: Int64(20), to: Int64(7_000_000_000))]] {
            repair = ClockRepair(ticksPerSecond: 90_000)
            var errors: [Int: Set<Int64>] = [:]
            for packet in programme(seconds: 40, jumps: jumps) {
                let seconds = packet.true90 / 90_000
                if packet.stream == 0, (5..<35).contains(seconds) { continue }
                let offset = repair.offset(
                    stream: packet.stream, time: packet.stated,
                    bytePosition: packet.position + 20_000)
                if seconds >= 35 {
                    errors[packet.stream, default: []].insert(
                        packet.stated + offset - packet.true90)
                }
            }
            #expect(repair.jumps == jumps.count)
            #expect(errors[0]?.count == 1 && errors[0] == errors[1], "\(errors)")
            if jumps.isEmpty {
                #expect(errors[0] == [0])
                #expect(repair.splices(ofStream: 0).isEmpty)
            }
        }
    }

    @Test("one damaged time does not move what comes after it")
    func damagedTime() {
        var repair = ClockRepair(ticksPerSecond: 90_000)
        var last: Int64 = -1
        for packet in 0..<100 {
            let time = Int64(packet) * 3600
            last = repair.offset(
                stream: 0, time: packet == 50 ? 4_000_000_000 : time, bytePosition: time)
        }
        #expect(last == 0)
    }

    @Test("a clock that does not jump is left alone, gaps of some seconds included")
    func plain() {
        var repair = ClockRepair(ticksPerSecond: 90_000)
        for packet in programme(seconds: 30, jumps: [(at: 12, to: 17 * 90_000)]) {
            let offset = repair.offset(
                stream: packet.stream, time: packet.stated, bytePosition: packet.position)
            #expect(offset == 0)
        }
        #expect(repair.jumps == 0)
        #expect(repair.splices(ofStream: 0).isEmpty)
    }
}
