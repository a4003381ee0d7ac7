#include "CInmate.h"

#include <stdio.h>
#include <string.h>

#include "attempts.h"

const char *reelmill_in(const char *place, const char *name) {
    static char paths[2][4096];
    static int turn;
    turn = !turn;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", place, name);
    return paths[turn];
}

int reelmill_attempt(const char *name, const char *place) {
    const struct attempt *lists[] = {
        reelmill_file_attempts, reelmill_process_attempts, reelmill_system_attempts, reelmill_start_attempts};
    for (int list = 0; list < 4; list++)
        for (const struct attempt *entry = lists[list]; entry->name; entry++)
            if (!strcmp(entry->name, name)) return entry->perform(place);
    return -1;
}
