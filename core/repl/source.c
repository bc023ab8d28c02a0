#include "core/repl/source.h"

void
weft__diff_fini(struct weft__diff *diff)
{
	weft_change_list_fini(&diff->deltas);
	weft_change_list_fini(&diff->conflicts);
}
