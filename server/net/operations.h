/* What operators and load balancers ask: /healthz, /readyz, /metrics. */
#pragma once

#include <stdbool.h>

#include "net/request.h"
#include "net/response.h"

/* A loop this late keeps shoppers waiting: better that a balancer sends new ones elsewhere for now. */
enum { OPERATIONS_LAG_MAX_MS = 500 };

/* True when the path is one of these and *response holds the answer. */
bool operations_serve(const struct request *request, struct response *response);
