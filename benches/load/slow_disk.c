/* Preloaded by the load bench: a sync of the disk takes at least a stated time, for whoever asks for it.
 *
 * The sync itself is done. What it took is counted, and only the rest of the time is waited for, so that a fast or fickle disk
 * becomes one of a stated commit cost. Absent: any way to make a sync faster. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

static long long nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int at_least(const char *name, int file)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *told = getenv("COMMIT_COST_US");
    long long until = nanoseconds() + (told ? atoll(told) : 0) * 1000LL;
    int result = real(file);
    int error = errno;
    long long left = until - nanoseconds();
    if (left > 0) {
        struct timespec rest = { left / 1000000000LL, left % 1000000000LL };
        while (nanosleep(&rest, &rest) != 0 && errno == EINTR) {
        }
    }
    errno = error;
    return result;
}

int fsync(int file)
{
    return at_least("fsync", file);
}

int fdatasync(int file)
{
    return at_least("fdatasync", file);
}
