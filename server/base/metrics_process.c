#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/metrics.h"

enum { SAMPLE_EVERY_MS = 5000 };

/* One sample is under way at most, so the work needs no lock: the pool writes it before the loop reads it. */
static struct {
    uv_timer_t timer;
    uv_work_t work;
    bool busy;
    int64_t resident_bytes;
    int64_t fds_count;
} process;

static int64_t read_resident_bytes(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    if (fscanf(file, "%*s %ld", &pages) != 1)
        pages = 0;
    fclose(file);
    return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

static int64_t count_fds(void)
{
    struct stat info;
    if (stat("/proc/self/fd", &info) == 0 && info.st_size > 0)
        return info.st_size; /* Linux 6.2 and later know it */
    DIR *dir = opendir("/proc/self/fd");
    if (!dir)
        return 0;
    int64_t count = -1; /* not the directory itself */
    for (struct dirent *entry; (entry = readdir(dir));)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

static void sample_cb(uv_work_t *work)
{
    process.resident_bytes = read_resident_bytes();
    process.fds_count = count_fds();
}

static void sampled_cb(uv_work_t *work, int status)
{
    process.busy = false;
    if (status != 0)
        return;
    metrics_set(M_RESIDENT_BYTES, process.resident_bytes);
    metrics_set(M_OPEN_FDS, process.fds_count);
}

static void start_sample_cb(uv_timer_t *timer)
{
    if (!process.busy)
        process.busy = uv_queue_work(timer->loop, &process.work, sample_cb, sampled_cb) == 0;
}

void metrics_process_start(uv_loop_t *loop)
{
    uv_timer_init(loop, &process.timer);
    uv_timer_start(&process.timer, start_sample_cb, 0, SAMPLE_EVERY_MS);
    uv_unref((uv_handle_t *)&process.timer);
}

void metrics_process_stop(void)
{
    uv_close((uv_handle_t *)&process.timer, NULL);
    if (process.busy)
        uv_cancel((uv_req_t *)&process.work);
}
