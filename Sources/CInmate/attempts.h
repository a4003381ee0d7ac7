#pragma once

struct attempt {
    const char *name;
    int (*perform)(const char *place);
};

// Each list ends in an entry without a name.
extern const struct attempt reelmill_file_attempts[];
extern const struct attempt reelmill_process_attempts[];
extern const struct attempt reelmill_system_attempts[];
extern const struct attempt reelmill_start_attempts[];

// 0, or errno, of a call that answers -1 for failure.
#define ANSWER(call) ((call) == -1 ? errno : 0)
#define ATTEMPT(function, expression)                \
    static int function(const char *place) {         \
        (void)place;                                 \
        return ANSWER(expression);                   \
    }

// A path in `place`; the one or other of two that can be in use at a time.
const char *reelmill_in(const char *place, const char *name);
