/* Routing: which response belongs to which request. The socket side is http_conn.c, the WebSocket side
 * handshake.c. */
#pragma once

#include "net/request.h"
#include "net/response.h"
#include "net/static_files.h"

/* Fills in *response, zeroed before, for a whole request that is no upgrade. */
void http_route(const struct static_files *files, const struct request *request, struct response *response);

/* For what request_parse() refused. */
void http_refuse(enum request_status status, struct response *response);
