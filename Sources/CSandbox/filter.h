#pragma once
#include <seccomp.h>
#include <sys/types.h>

#include "CSandbox.h"

// Builds the filter of a process; to be released by the caller. Returns 0, or a negated errno, and then there is none.
int reelmill_build_filter(scmp_filter_ctx *filter, pid_t self);
