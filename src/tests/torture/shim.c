/* Stands between a program and the system (LD_PRELOAD): calls on files of the database fail, and the clock is wrong, as the
 * control file says. The file is mapped: the test writes to it while the program runs. See shim.rs for the fields. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { OFF, FAIL, SHORT, INTERRUPT };
enum { WRITE = 1, SYNC = 2, TRUNCATE = 4 };
enum { DATABASE = 1, WAL = 2, SHM = 4, KEY = 8 };

struct control {
    int64_t shift; /* seconds by which the clock is ahead */
    int64_t mode, calls, files, error;
    int64_t skip; /* matching calls that are let pass first */
    int64_t left; /* calls that are spoilt then */
    int64_t made; /* calls that were spoilt */
    int64_t seen; /* calls that matched */
};

static struct control *control;

__attribute__((constructor)) static void map_control(void) {
    const char *path = getenv("TORTURE_CONTROL");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0) return;
    void *at = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at != MAP_FAILED) control = at;
    close(fd);
}

static int64_t get(int64_t *field) { return __atomic_load_n(field, __ATOMIC_SEQ_CST); }

static int ends(const char *name, size_t length, const char *end) {
    size_t n = strlen(end);
    return length >= n && memcmp(name + length - n, end, n) == 0;
}

static int file_of(int fd) {
    char link[32], name[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, name, sizeof name);
    if (length <= 0) return 0;
    if (ends(name, length, ".db")) return DATABASE;
    if (ends(name, length, ".db-wal")) return WAL;
    if (ends(name, length, ".db-shm")) return SHM;
    return memmem(name, length, ".db.key", 7) ? KEY : 0;
}

/* What is to happen to this call. */
static int spoilt(int fd, int call) {
    if (!control || get(&control->mode) == OFF || !(get(&control->calls) & call)) return OFF;
    int before = errno, file = file_of(fd);
    errno = before;
    if (!(get(&control->files) & file)) return OFF;
    __atomic_add_fetch(&control->seen, 1, __ATOMIC_SEQ_CST);
    if (get(&control->skip) > 0 && __atomic_fetch_sub(&control->skip, 1, __ATOMIC_SEQ_CST) > 0) return OFF;
    if (__atomic_fetch_sub(&control->left, 1, __ATOMIC_SEQ_CST) <= 0) return OFF;
    int64_t made = __atomic_add_fetch(&control->made, 1, __ATOMIC_SEQ_CST);
    int mode = (int)get(&control->mode);
    /* A call that is interrupted is made again, and then goes through. */
    return mode == INTERRUPT && made % 2 == 0 ? OFF : mode;
}

static int fail(void) {
    errno = (int)get(&control->error);
    return -1;
}

#define REAL(name, type, ...)                                                                                             \
    static type (*real)(__VA_ARGS__);                                                                                     \
    if (!real) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

#define SPOIL_WRITE(whole, half)                                                                                          \
    switch (spoilt(fd, WRITE)) {                                                                                          \
    case FAIL: return fail();                                                                                             \
    case INTERRUPT: errno = EINTR; return -1;                                                                             \
    case SHORT: if (n > 1) return half; /* fall through */                                                                \
    default: return whole;                                                                                                \
    }

ssize_t write(int fd, const void *from, size_t n) {
    REAL("write", ssize_t, int, const void *, size_t);
    SPOIL_WRITE(real(fd, from, n), real(fd, from, n / 2))
}

ssize_t pwrite(int fd, const void *from, size_t n, off_t at) {
    REAL("pwrite", ssize_t, int, const void *, size_t, off_t);
    SPOIL_WRITE(real(fd, from, n, at), real(fd, from, n / 2, at))
}

ssize_t pwrite64(int fd, const void *from, size_t n, off64_t at) {
    REAL("pwrite64", ssize_t, int, const void *, size_t, off64_t);
    SPOIL_WRITE(real(fd, from, n, at), real(fd, from, n / 2, at))
}

int fsync(int fd) {
    REAL("fsync", int, int);
    return spoilt(fd, SYNC) == OFF ? real(fd) : fail();
}

int fdatasync(int fd) {
    REAL("fdatasync", int, int);
    return spoilt(fd, SYNC) == OFF ? real(fd) : fail();
}

int ftruncate(int fd, off_t length) {
    REAL("ftruncate", int, int, off_t);
    return spoilt(fd, TRUNCATE) == OFF ? real(fd, length) : fail();
}

int ftruncate64(int fd, off64_t length) {
    REAL("ftruncate64", int, int, off64_t);
    return spoilt(fd, TRUNCATE) == OFF ? real(fd, length) : fail();
}

int clock_gettime(clockid_t which, struct timespec *now) {
    REAL("clock_gettime", int, clockid_t, struct timespec *);
    int outcome = real(which, now);
    if (outcome == 0 && control && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) now->tv_sec += get(&control->shift);
    return outcome;
}

int gettimeofday(struct timeval *now, void *zone) {
    REAL("gettimeofday", int, struct timeval *, void *);
    int outcome = real(now, zone);
    if (outcome == 0 && control) now->tv_sec += get(&control->shift);
    return outcome;
}

time_t time(time_t *at) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
