/* A person on one of the servers that stand beside Shopbell: a socket, and a seat in each of its rooms. A
 * room has two members, a shopper and an agent of the same load process. Nothing is resumed there, so a
 * socket that is lost stays lost, and the run is not a good one.
 *
 *   connecting -- open --> welcomed -- every room joined --> ready
 *
 * What came is held against the numbers in it: each side's messages are to come once, in their order, without
 * a gap. At the end whatever was acknowledged must have come on the other side, which is in this process. */
#pragma once

#include "client/play.h"

const struct play *relay_play(enum protocol protocol);
