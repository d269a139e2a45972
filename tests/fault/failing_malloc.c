/* The server of G14's test: every allocation of the process, the libraries' too, passes here, and fails when
 * the test says so.
 *
 * The functions of the executable stand before those of libc, and before the weak ones of AddressSanitizer;
 * the real ones have other names there. The test and this share a small file, $FAILING_MALLOC, mapped here
 * and written there. */
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef SANITIZED
#define REAL(name) __interceptor_##name
#else
#define REAL(name) __libc_##name
#endif

extern void *REAL(malloc)(size_t bytes);
extern void *REAL(calloc)(size_t count, size_t bytes);
extern void *REAL(realloc)(void *block, size_t bytes);
extern void REAL(free)(void *block);

enum { FRAMES_MAX = 24, TRACES_MAX = 3 };

/* tests/fault/harness/failing_malloc.ts has the same. */
struct control {
    _Atomic uint64_t asked;       /* since the test set this to 0 */
    _Atomic uint64_t first, last; /* of asked: these fail, */
    _Atomic uint64_t one_in;      /* or of these one in so many, chosen by seed */
    _Atomic uint64_t seed;
    _Atomic uint64_t failed;
    _Atomic int64_t blocks; /* allocated and not freed */
};

static struct control *control;
static int trace_fd = -1;

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* Where it was, for whoever has to mend what came of it. */
static void trace(const char *what, uint64_t number)
{
    void *frames[FRAMES_MAX];
    char line[64];
    int len = snprintf(line, sizeof line, "%s %llu\n", what, (unsigned long long)number);
    if (write(trace_fd, line, (size_t)len) != len)
        return;
    backtrace_symbols_fd(frames, backtrace(frames, FRAMES_MAX), trace_fd);
}

static bool must_fail(void)
{
    if (!control)
        return false;
    uint64_t nth = atomic_fetch_add(&control->asked, 1) + 1;
    uint64_t one_in = control->one_in;
    bool fails = nth >= control->first && nth <= control->last &&
                 (one_in < 2 || mix(control->seed + nth) % one_in == 0);
    if (!fails)
        return false;
    if (atomic_fetch_add(&control->failed, 1) < TRACES_MAX)
        trace("allocation", nth);
    errno = ENOMEM;
    return true;
}

static void *counted(void *block)
{
    if (control && block)
        control->blocks++;
    return block;
}

void *malloc(size_t bytes)
{
    return must_fail() ? NULL : counted(REAL(malloc)(bytes));
}

void *calloc(size_t count, size_t bytes)
{
    return must_fail() ? NULL : counted(REAL(calloc)(count, bytes));
}

void *realloc(void *block, size_t bytes)
{
    if (must_fail())
        return NULL;
    void *moved = REAL(realloc)(block, bytes);
    return block ? moved : counted(moved);
}

void free(void *block)
{
    if (control && block)
        control->blocks--;
    REAL(free)(block);
}

static void on_crash(int signal)
{
    trace("signal", (uint64_t)signal);
}

__attribute__((constructor)) static void open_control(void)
{
    const char *path = getenv("FAILING_MALLOC");
    char trace_path[4096];
    void *frames[1];
    if (!path)
        return;
    backtrace(frames, 1); /* loads what it needs now */
    snprintf(trace_path, sizeof trace_path, "%s.trace", path);
    trace_fd = open(trace_path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    void *shared = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (trace_fd < 0 || shared == MAP_FAILED)
        _exit(99);
    control = shared;
    struct sigaction crash = {.sa_handler = on_crash, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGSEGV, &crash, NULL);
    sigaction(SIGABRT, &crash, NULL);
}
