/* What libwebsockets has for a heap, with spares for what it does not survive the lack of. One a process. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { LWS_MEMORY_HEADER_DATA_BYTES = 16 * 1024 }; /* the most a handshake's headers may take */

/* From now on, before the context is made; fini() after its end. */
void lws_memory_init(size_t connections_max);
void lws_memory_fini(void);
/* While there is none no handshake is to be given to libwebsockets. */
bool lws_memory_has_spares(void);
