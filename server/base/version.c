#include "base/version.h"

const char *shopbell_version(void)
{
    return SHOPBELL_VERSION;
}
