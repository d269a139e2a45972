/* The version of this build, such as "0.1.0". Static text. */
#pragma once

const char *shopbell_version(void);
