#include "transports/ws/client.h"
#include "transports/ws/ws_private.h"

void
weft__ws_opening_destroy(struct weft__ws_opening *opening)
{
}
