#include "supervisor.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <uv.h>

#include "base/alloc.h"
#include "base/config.h"
#include "base/log.h"
#include "base/metrics_shared.h"
#include "store/private_redis.h"

enum { RESTART_DELAY_MS = 300, LINE_BYTES = 256 };

static const char worker_variable[] = "SHOPBELL_WORKER";

struct worker {
    struct supervisor *supervisor;
    int number;
    uv_process_t process;
    uv_pipe_t out; /* its stdout: one line when it is ready */
    uv_timer_t restart;
    char line[LINE_BYTES];
    bool running;
    bool was_ready;
};

struct supervisor {
    uv_loop_t loop;
    const struct config *config;
    char **argv;
    char **environment;
    char redis_variable[160];
    char worker_variable[32];    /* of the next one to be started */
    int metrics_fd;              /* -1: none */
    struct private_redis *redis; /* NULL: the workers use somebody else's */
    struct worker *workers;
    uv_signal_t on_term, on_int;
    int ready_count;
    bool stopping;
};

bool supervisor_is_worker(void)
{
    if (!getenv(worker_variable))
        return false;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    return true;
}

int supervisor_worker_number(void)
{
    const char *number = getenv(worker_variable);
    return number ? atoi(number) : 0;
}

static void worker_start(struct worker *worker);

/* ---- stop ---- */

static void on_redis_stopped(void *ctx) {}

static void supervisor_finish(struct supervisor *supervisor)
{
    for (int i = 0; i < supervisor->config->workers; i++) {
        if (supervisor->workers[i].running)
            return;
        if (!uv_is_closing((uv_handle_t *)&supervisor->workers[i].restart))
            uv_close((uv_handle_t *)&supervisor->workers[i].restart, NULL);
    }
    uv_close((uv_handle_t *)&supervisor->on_term, NULL);
    uv_close((uv_handle_t *)&supervisor->on_int, NULL);
    if (supervisor->redis)
        private_redis_stop(supervisor->redis, on_redis_stopped, supervisor);
}

static void signal_cb(uv_signal_t *handle, int signal)
{
    struct supervisor *supervisor = handle->data;
    bool again = supervisor->stopping;
    supervisor->stopping = true;
    log_info("stopping", LOG_I64("signal", signal), LOG_I64("workers", supervisor->config->workers));
    for (int i = 0; i < supervisor->config->workers; i++)
        if (supervisor->workers[i].running)
            uv_process_kill(&supervisor->workers[i].process, again ? SIGKILL : SIGTERM);
    supervisor_finish(supervisor);
}

/* ---- workers ---- */

static void restart_cb(uv_timer_t *timer)
{
    worker_start(timer->data);
}

static void exit_cb(uv_process_t *process, int64_t status, int signal)
{
    struct worker *worker = process->data;
    struct supervisor *supervisor = worker->supervisor;
    worker->running = false;
    uv_close((uv_handle_t *)process, NULL);
    if (supervisor->stopping) {
        supervisor_finish(supervisor);
        return;
    }
    log_error("worker_ended", LOG_I64("worker", worker->number), LOG_I64("status", status),
              LOG_I64("signal", signal));
    uv_timer_start(&worker->restart, restart_cb, RESTART_DELAY_MS, 0);
}

static void worker_ready(struct worker *worker)
{
    struct supervisor *supervisor = worker->supervisor;
    if (worker->was_ready)
        return;
    worker->was_ready = true;
    if (++supervisor->ready_count < supervisor->config->workers)
        return;
    fputs(worker->line, stdout);
    fflush(stdout);
}

static void alloc_cb(uv_handle_t *handle, size_t wanted, uv_buf_t *out)
{
    struct worker *worker = handle->data;
    size_t used = strlen(worker->line);
    *out = uv_buf_init(worker->line + used, (unsigned)(LINE_BYTES - 1 - used));
}

static void read_cb(uv_stream_t *stream, ssize_t got, const uv_buf_t *buf)
{
    struct worker *worker = stream->data;
    if (got < 0) {
        uv_close((uv_handle_t *)stream, NULL);
        return;
    }
    buf->base[got] = '\0';
    if (strchr(worker->line, '\n'))
        worker_ready(worker);
}

static void worker_start(struct worker *worker)
{
    struct supervisor *supervisor = worker->supervisor;
    uv_stdio_container_t stdio[] = {
        {.flags = UV_IGNORE},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&worker->out},
        {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
        [SUPERVISOR_METRICS_FD] = {.flags = UV_INHERIT_FD, .data.fd = supervisor->metrics_fd},
    };
    /* A session of its own: Ctrl-C reaches the supervisor alone, which then stops them in order. */
    uv_process_options_t options = {
        .file = "/proc/self/exe",
        .args = supervisor->argv,
        .env = supervisor->environment,
        .exit_cb = exit_cb,
        .flags = UV_PROCESS_DETACHED,
        .stdio = stdio,
        .stdio_count = SUPERVISOR_METRICS_FD + (supervisor->metrics_fd >= 0),
    };
    snprintf(supervisor->worker_variable, sizeof supervisor->worker_variable, "%s=%d", worker_variable,
             worker->number);
    memset(worker->line, 0, sizeof worker->line);
    uv_pipe_init(&supervisor->loop, &worker->out, 0);
    worker->out.data = worker->process.data = worker;
    int failed = uv_spawn(&supervisor->loop, &worker->process, &options);
    worker->running = failed == 0;
    if (!failed) {
        uv_read_start((uv_stream_t *)&worker->out, alloc_cb, read_cb);
        return;
    }
    log_error("worker_start", LOG_I64("worker", worker->number), LOG_CSTR("why", uv_strerror(failed)));
    uv_close((uv_handle_t *)&worker->out, NULL);
    uv_close((uv_handle_t *)&worker->process, NULL);
    uv_timer_start(&worker->restart, restart_cb, RESTART_DELAY_MS, 0);
}

/* ---- start ---- */

static bool supervisor_start_redis(struct supervisor *supervisor)
{
    if (supervisor->config->redis.kind != CONFIG_REDIS_PRIVATE)
        return true;
    supervisor->redis = private_redis_new(&supervisor->loop, supervisor->config->data_dir);
    if (supervisor->redis)
        snprintf(supervisor->redis_variable, sizeof supervisor->redis_variable, "SHOPBELL_REDIS=unix:%s",
                 private_redis_socket(supervisor->redis));
    return supervisor->redis;
}

/* Ours, and what makes a worker of a server. */
static bool supervisor_make_environment(struct supervisor *supervisor)
{
    size_t count = 0;
    while (environ[count])
        count++;
    supervisor->environment = sb_calloc(count + 3, sizeof *supervisor->environment);
    if (!supervisor->environment)
        return false;
    memcpy(supervisor->environment, environ, count * sizeof *environ);
    supervisor->environment[count++] = supervisor->worker_variable;
    if (supervisor->redis)
        supervisor->environment[count++] = supervisor->redis_variable;
    return true;
}

static void supervisor_start_workers(struct supervisor *supervisor)
{
    for (int i = 0; i < supervisor->config->workers; i++) {
        struct worker *worker = &supervisor->workers[i];
        *worker = (struct worker){.supervisor = supervisor, .number = i + 1};
        uv_timer_init(&supervisor->loop, &worker->restart);
        worker->restart.data = worker;
        worker_start(worker);
    }
}

int supervisor_run(const struct config *config, char *argv[])
{
    struct supervisor supervisor = {.config = config, .argv = argv};
    log_set_level(config->log_level);
    signal(SIGPIPE, SIG_IGN);
    uv_loop_init(&supervisor.loop);
    supervisor.workers = sb_calloc((size_t)config->workers, sizeof *supervisor.workers);
    if (!supervisor.workers || !supervisor_start_redis(&supervisor) ||
        !supervisor_make_environment(&supervisor))
        return EXIT_FAILURE;
    supervisor.metrics_fd = metrics_shared_new(config->workers);
    uv_signal_init(&supervisor.loop, &supervisor.on_term);
    uv_signal_init(&supervisor.loop, &supervisor.on_int);
    supervisor.on_term.data = supervisor.on_int.data = &supervisor;
    uv_signal_start(&supervisor.on_term, signal_cb, SIGTERM);
    uv_signal_start(&supervisor.on_int, signal_cb, SIGINT);
    supervisor_start_workers(&supervisor);
    uv_run(&supervisor.loop, UV_RUN_DEFAULT);
    private_redis_free(supervisor.redis);
    sb_free(supervisor.environment);
    sb_free(supervisor.workers);
    if (supervisor.metrics_fd >= 0)
        close(supervisor.metrics_fd);
    int left = uv_loop_close(&supervisor.loop);
    log_info("stopped", LOG_I64("handles_left", left));
    return left == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
