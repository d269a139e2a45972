/* --workers N: one process that starts N servers on the same port and keeps them running. Each worker is a
 * node like any other; they meet only in Redis. A worker that dies is started again; when the supervisor
 * dies, they stop. */
#pragma once

#include <stdbool.h>

struct config;

/* Is this process one of the workers? Then it goes when its supervisor goes. */
bool supervisor_is_worker(void);
/* Of a worker: its number from 1, which stays when it is started again, and what it inherited. */
int supervisor_worker_number(void);
enum { SUPERVISOR_METRICS_FD = 3 };
/* Runs until SIGTERM or SIGINT; returns the exit status. argv is what the workers are started with. */
int supervisor_run(const struct config *config, char *argv[]);
