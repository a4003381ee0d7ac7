#include "CLedger.h"

#include <sys/vfs.h>

int64_t reelmill_file_system(const char *path) {
    struct statfs facts;
    if (statfs(path, &facts) != 0) return -1;
    return (int64_t)(uint32_t)facts.f_type;
}
