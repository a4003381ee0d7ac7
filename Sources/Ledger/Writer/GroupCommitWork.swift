/// What the writer's thread does.
struct GroupCommitWork {
    private let queue: GroupCommitQueue
    private let perform: ([LedgerOperation]) throws(LedgerFailure) -> [LedgerAnswer]
    private let enqueue: ([JobSubmission]) throws(LedgerFailure) -> [EnqueueOutcome]

    init(
        _ queue: GroupCommitQueue,
        perform: @escaping ([LedgerOperation]) throws(LedgerFailure) -> [LedgerAnswer],
        enqueue: @escaping ([JobSubmission]) throws(LedgerFailure) -> [EnqueueOutcome]
    ) {
        self.queue = queue
        self.perform = perform
        self.enqueue = enqueue
    }

    func run() {
        while true {
            let batch = queue.next()
            if batch.isEmpty { return }
            var operations: [OperationsRequest] = []
            var submissions: [SubmissionsRequest] = []
            for request in batch {
                switch request {
                case .operations(let asked, let answer):
                    operations.append(OperationsRequest(asked: asked, answer: answer))
                case .submissions(let asked, let answer):
                    submissions.append(SubmissionsRequest(asked: asked, answer: answer))
                }
            }
            settle(operations, perform)
            settle(submissions, enqueue)
        }
    }

    /// Performs the requests together, or, if that is refused, one by one. Any other failure is everybody's: nothing
    /// was changed, or nobody knows.
    private func settle<Asked, Answer>(
        _ requests: [GatheredRequest<Asked, Answer>],
        _ perform: ([Asked]) throws(LedgerFailure) -> [Answer]
    ) {
        if requests.isEmpty { return }
        do {
            var answers = try perform(requests.flatMap(\.asked))[...]
            for request in requests {
                request.answer(.success(Array(answers.prefix(request.asked.count))))
                answers = answers.dropFirst(request.asked.count)
            }
        } catch {
            guard error.code == .refused, requests.count > 1 else {
                for request in requests { request.answer(.failure(error)) }
                return
            }
            for request in requests { settle([request], perform) }
        }
    }
}

/// One caller's share of a batch.
private struct GatheredRequest<Asked, Answer> {
    var asked: [Asked]
    var answer: (Result<[Answer], LedgerFailure>) -> Void
}

private typealias OperationsRequest = GatheredRequest<LedgerOperation, LedgerAnswer>
private typealias SubmissionsRequest = GatheredRequest<JobSubmission, EnqueueOutcome>
