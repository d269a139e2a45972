/* From one message to one handler. A frame that is refused is answered and costs nothing else. */
#pragma once

#include "domain/rate.h"
#include "session/session.h"

void dispatch(struct session *session, const struct rate_limit *limit, struct str message);
