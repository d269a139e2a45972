#include "net/operations.h"

#include "base/loop_lag.h"
#include "base/metrics_shared.h"
#include "shopbell/session.h"

static void serve_ready(struct response *response)
{
    const char *why = NULL;
    if (!session_ready(&why))
        response_text(response, 503, why ? why : "not ready");
    else if (loop_lag_recent_us() > OPERATIONS_LAG_MAX_MS * INT64_C(1000))
        response_text(response, 503, "loop lagging");
    else
        response_text(response, 200, "ok");
}

static void serve_metrics(struct response *response)
{
    metrics_shared_write(&response->owned);
    if (!buf_ok(&response->owned)) {
        response_text(response, 500, "out of memory");
        return;
    }
    response->status = 200;
    response->policy = RESPONSE_PLAIN;
    response->mime = "text/plain; version=0.0.4; charset=utf-8";
    response->body = buf_str(&response->owned);
}

bool operations_serve(const struct request *request, struct response *response)
{
    if (str_eq_c(request->path, "/healthz"))
        response_text(response, 200, "ok");
    else if (str_eq_c(request->path, "/readyz"))
        serve_ready(response);
    else if (str_eq_c(request->path, "/metrics"))
        serve_metrics(response);
    else
        return false;
    return true;
}
