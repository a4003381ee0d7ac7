enum WorkerHostSeed {}
