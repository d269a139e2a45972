#include "store/private_redis.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"

enum {
    RESTART_DELAY_MS = 300,
    /* All that was answered is on disk (appendfsync always): one that hangs is killed, and nothing is lost.
     */
    KILL_AFTER_MS = 2000,
    LEFTOVER_WAIT_MS = 10000,
    COMMAND_NOT_FOUND = 127,
    SETPRIV_ARGS = 3
};

struct private_redis {
    uv_loop_t *loop;
    uv_process_t process;
    uv_timer_t timer; /* restart, or kill while stopping */
    char dir[PATH_MAX];
    char socket[sizeof((struct sockaddr_un *)0)->sun_path];
    char socket_dir[64]; /* made for the socket alone; "": it is in dir */
    int lock_fd;
    bool running;
    bool stopping;
    bool no_setpriv; /* this system has none: one left behind is ended at the next start */
    int closing;     /* handles on their way out */
    void (*stopped)(void *ctx);
    void *stopped_ctx;
};

/* ---- the directory ---- */

static bool path_in(char *out, size_t size, const char *dir, const char *name)
{
    int printed = snprintf(out, size, "%s/%s", dir, name);
    return printed > 0 && (size_t)printed < size;
}

static bool dir_make(const char *path)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return true;
    log_error("data_dir", LOG_CSTR("path", path), LOG_CSTR("why", strerror(errno)),
              LOG_CSTR("hint", "create it, or name another with --data"));
    return false;
}

/* One server a directory: the lock goes with the process, however it ends. */
static int dir_lock(const char *dir)
{
    char path[PATH_MAX];
    if (!path_in(path, sizeof path, dir, "lock"))
        return -1;
    int fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    log_error(
        "data_dir_in_use", LOG_CSTR("path", dir), LOG_CSTR("why", strerror(errno)),
        LOG_CSTR("hint", "another server runs on this directory: stop it, or name another with --data"));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Under /tmp somebody else may have been first, and would own our socket. */
static bool dir_is_private(const char *path)
{
    struct stat about;
    if (lstat(path, &about) == 0 && S_ISDIR(about.st_mode) && about.st_uid == getuid() &&
        (about.st_mode & 077) == 0)
        return true;
    log_error("data_dir", LOG_CSTR("path", path), LOG_CSTR("why", "not a private directory of ours"),
              LOG_CSTR("hint", "remove it, or name a shorter --data"));
    return false;
}

/* A socket's path may have 107 bytes; a deep data directory has its socket under /tmp. */
static bool socket_choose(struct private_redis *redis)
{
    struct stat about;
    if (path_in(redis->socket, sizeof redis->socket, redis->dir, "redis.sock"))
        return true;
    if (stat(redis->dir, &about) < 0)
        return false;
    snprintf(redis->socket_dir, sizeof redis->socket_dir, "/tmp/shopbell-%u-%llx", (unsigned)getuid(),
             (unsigned long long)about.st_ino);
    return dir_make(redis->socket_dir) && dir_is_private(redis->socket_dir) &&
           path_in(redis->socket, sizeof redis->socket, redis->socket_dir, "redis.sock");
}

/* While the lock is held. One that was killed leaves its socket. */
static void socket_dir_remove(const struct private_redis *redis)
{
    if (!redis->socket_dir[0])
        return;
    unlink(redis->socket);
    rmdir(redis->socket_dir);
}

/* ---- one that was left behind ---- */

static pid_t leftover_pid(const char *dir)
{
    char path[PATH_MAX], text[32] = "";
    if (!path_in(path, sizeof path, dir, "redis.pid"))
        return 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t got = read(fd, text, sizeof text - 1);
    close(fd);
    return got > 0 ? (pid_t)strtol(text, NULL, 10) : 0;
}

/* Is it a redis-server on our socket? The pid may have become somebody else's. */
static bool process_is_ours(pid_t pid, const char *socket)
{
    char path[64], line[PATH_MAX + 256];
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got = read(fd, line, sizeof line);
    close(fd);
    return got > 0 && memmem(line, (size_t)got, "redis-server", 12) &&
           memmem(line, (size_t)got, socket, strlen(socket));
}

static void leftover_end(const struct private_redis *redis)
{
    pid_t pid = leftover_pid(redis->dir);
    if (pid <= 1 || !process_is_ours(pid, redis->socket))
        return;
    log_warn("redis_left_behind", LOG_I64("pid", pid));
    kill(pid, SIGTERM);
    for (int waited_ms = 0; process_is_ours(pid, redis->socket); waited_ms += 20) {
        if (waited_ms == LEFTOVER_WAIT_MS)
            kill(pid, SIGKILL);
        usleep(20000);
    }
}

/* ---- the child ---- */

static void child_start(struct private_redis *redis);

static void handle_closed_cb(uv_handle_t *handle)
{
    struct private_redis *redis = handle->data;
    if (--redis->closing == 0 && redis->stopping && !redis->running)
        redis->stopped(redis->stopped_ctx);
}

static void handle_close(struct private_redis *redis, uv_handle_t *handle)
{
    redis->closing++;
    uv_close(handle, handle_closed_cb);
}

static void restart_cb(uv_timer_t *timer)
{
    child_start(timer->data);
}

static void exit_cb(uv_process_t *process, int64_t status, int signal)
{
    struct private_redis *redis = process->data;
    redis->running = false;
    handle_close(redis, (uv_handle_t *)process);
    if (redis->stopping) {
        handle_close(redis, (uv_handle_t *)&redis->timer);
        return;
    }
    log_error("redis_ended", LOG_I64("status", status), LOG_I64("signal", signal),
              LOG_CSTR("hint", status == COMMAND_NOT_FOUND
                                   ? "install redis-server, or name a Redis with --redis"
                                   : "see redis.log in the data directory"));
    uv_timer_start(&redis->timer, restart_cb, RESTART_DELAY_MS, 0);
}

static int child_spawn(struct private_redis *redis, const char *const *argv)
{
    uv_process_options_t options = {
        .file = argv[0],
        .args = (char **)argv,
        .exit_cb = exit_cb,
        .flags = UV_PROCESS_DETACHED,
    };
    redis->process.data = redis;
    return uv_spawn(redis->loop, &redis->process, &options);
}

static void child_start(struct private_redis *redis)
{
    char log[PATH_MAX], pid[PATH_MAX];
    if (!path_in(log, sizeof log, redis->dir, "redis.log") ||
        !path_in(pid, sizeof pid, redis->dir, "redis.pid"))
        return;
    const char *const argv[] = {"setpriv",
                                "--pdeathsig",
                                "TERM",
                                "redis-server",
                                "--port",
                                "0",
                                "--unixsocket",
                                redis->socket,
                                "--unixsocketperm",
                                "700",
                                "--dir",
                                redis->dir,
                                "--pidfile",
                                pid,
                                "--logfile",
                                log,
                                "--daemonize",
                                "no",
                                "--appendonly",
                                "yes",
                                "--appendfsync",
                                "always",
                                "--save",
                                "",
                                "--maxmemory-policy",
                                "noeviction",
                                "--stream-node-max-bytes",
                                "1024",
                                /* Writing the file anew makes each fsync meanwhile wait for it. */
                                "--auto-aof-rewrite-min-size",
                                "256mb",
                                NULL};
    int failed = child_spawn(redis, redis->no_setpriv ? argv + SETPRIV_ARGS : argv);
    redis->running = failed == 0;
    if (!failed)
        return;
    if (failed == UV_ENOENT && !redis->no_setpriv)
        redis->no_setpriv = true;
    else
        log_error("redis_start", LOG_CSTR("why", uv_strerror(failed)),
                  LOG_CSTR("hint", "install redis-server, or name a Redis with --redis"));
    /* The handle is on the loop all the same: only when it is closed may it be used again. */
    handle_close(redis, (uv_handle_t *)&redis->process);
    uv_timer_start(&redis->timer, restart_cb, RESTART_DELAY_MS, 0);
}

struct private_redis *private_redis_new(uv_loop_t *loop, struct str data_dir)
{
    struct private_redis *redis = sb_calloc(1, sizeof *redis);
    if (!redis)
        return NULL;
    redis->loop = loop;
    redis->lock_fd = -1;
    if (!dir_make(data_dir.data) || !realpath(data_dir.data, redis->dir) || !socket_choose(redis) ||
        (redis->lock_fd = dir_lock(redis->dir)) < 0) {
        sb_free(redis);
        return NULL;
    }
    leftover_end(redis);
    uv_timer_init(loop, &redis->timer);
    redis->timer.data = redis;
    child_start(redis);
    return redis;
}

const char *private_redis_socket(const struct private_redis *redis)
{
    return redis->socket;
}

static void kill_cb(uv_timer_t *timer)
{
    struct private_redis *redis = timer->data;
    log_warn("redis_killed");
    uv_process_kill(&redis->process, SIGKILL);
}

void private_redis_stop(struct private_redis *redis, void (*done)(void *ctx), void *ctx)
{
    redis->stopping = true;
    redis->stopped = done;
    redis->stopped_ctx = ctx;
    if (redis->running) {
        uv_process_kill(&redis->process, SIGTERM);
        uv_timer_start(&redis->timer, kill_cb, KILL_AFTER_MS, 0);
    } else {
        handle_close(redis, (uv_handle_t *)&redis->timer);
    }
}

void private_redis_free(struct private_redis *redis)
{
    if (!redis)
        return;
    if (redis->lock_fd >= 0) {
        socket_dir_remove(redis);
        close(redis->lock_fd);
    }
    sb_free(redis);
}
