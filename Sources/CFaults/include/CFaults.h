#pragma once

// Faults of the operating system, put into a process by LD_PRELOAD=libreelmill-faults.so. A development aid:
// nothing of the product links it. It stands before libc's own functions, so SQLite's and Swift's calls meet
// it alike; what libc calls inside itself does not. The process that is told to fail is the one that was
// started with LD_PRELOAD: it is taken out of the environment, so that no child inherits it.
//
// REELMILL_FAULT_RULES   rules, separated by ';', each CALL:EFFECT:WHEN or CALL:EFFECT:WHEN:TEXT
//     CALL    sync    fsync, fdatasync
//             write   write, pwrite, pwrite64; on regular files only
//             copy    copy_file_range; the file is the one that is written
//             rename  rename, renameat, renameat2; both paths are looked at
//     EFFECT  EIO, ENOSPC, EINTR: the call does nothing and fails so
//             short: half of the bytes are written (write, copy)
//             count: nothing; how often the rule was met is what one wants to know
//     WHEN    N the N-th call; N+ that and all after it; N* each N-th. Counted a rule, from 1
//     TEXT    only calls on files whose path contains it; with a '$' at its end, ends with it
//
// REELMILL_FAULT_CLOCK   jumps of the clock, separated by ';': MILLISECONDS@ms:N (N real milliseconds after
//     the start) or MILLISECONDS@calls:N (at the N-th time that the clock is read). The wall clock
//     (clock_gettime of CLOCK_REALTIME, gettimeofday, time) moves by so much and stays moved. The monotonic
//     clocks never jump, as in life.
//
// REELMILL_FAULT_HALT    SIGNAL:SIDE:N:WORDS, with KILL or STOP, before or after: the process sends itself
//     that signal as it writes the N-th line to descriptor 2 that has all of the WORDS, which are separated by
//     '&' and stand between blanks in the line; before or after it is written.
//
// REELMILL_FAULT_LOG     a file to which a line is added for each fault that comes about ("fired …"), and at
//     the process's own end how often each rule was met ("met INDEX COUNT") and the clock read ("readings
//     COUNT").
