extension SQLiteLedger {
    public func audit() throws(LedgerFailure) -> AuditReport { AuditReport() }
}
