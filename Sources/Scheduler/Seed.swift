enum SchedulerSeed {}
